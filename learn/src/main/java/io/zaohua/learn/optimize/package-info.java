/**
 * What turns gradients into better weights: optimizers, schedules, clipping. Start reading at
 * {@link io.zaohua.learn.optimize.Optimizer}.
 */
@NullMarked
package io.zaohua.learn.optimize;

import org.jspecify.annotations.NullMarked;
