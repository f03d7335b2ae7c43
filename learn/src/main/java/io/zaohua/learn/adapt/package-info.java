/**
 * Small trainable additions to frozen weights, and their files as PEFT writes them. Start reading
 * at {@link io.zaohua.learn.adapt.AdaptedWeights}.
 */
@NullMarked
package io.zaohua.learn.adapt;

import org.jspecify.annotations.NullMarked;
