/**
 * A training run from recipe to checkpoint folder: the loop, its losses, what is written on the way
 * and how a run goes on. Start reading at {@link io.zaohua.learn.run.Training}.
 */
@NullMarked
package io.zaohua.learn.run;

import org.jspecify.annotations.NullMarked;
