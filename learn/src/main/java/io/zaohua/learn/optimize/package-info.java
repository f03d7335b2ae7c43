/**
 * What turns gradients into better weights: optimizers, schedules, clipping. Start reading at
 * {@link io.zaohua.learn.optimize.AdamW}.
 */
@NullMarked
package io.zaohua.learn.optimize;

import org.jspecify.annotations.NullMarked;
