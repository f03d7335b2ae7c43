/**
 * What a run makes small: a loss for a batch and its gradients, with logits held for some positions
 * at a time only. Start reading at {@link io.zaohua.learn.objective.Loss}.
 */
@NullMarked
package io.zaohua.learn.objective;

import org.jspecify.annotations.NullMarked;
