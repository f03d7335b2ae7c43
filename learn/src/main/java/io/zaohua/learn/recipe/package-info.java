/**
 * A training run as data: the YAML recipe, checked key by key before anything starts. Start reading
 * at {@link io.zaohua.learn.recipe.Recipe}.
 */
@NullMarked
package io.zaohua.learn.recipe;

import org.jspecify.annotations.NullMarked;
