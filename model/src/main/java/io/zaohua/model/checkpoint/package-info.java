/**
 * A model on disk as one thing: spec, weights, and all that stands beside them. Anyone may enter.
 * Start at {@link io.zaohua.model.checkpoint.Checkpoint#open}.
 */
@NullMarked
package io.zaohua.model.checkpoint;

import org.jspecify.annotations.NullMarked;
