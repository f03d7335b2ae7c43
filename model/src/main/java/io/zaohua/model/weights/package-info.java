/**
 * From the names a checkpoint uses to the parts of a transformer, as invertible views. Anyone may
 * enter. Start at {@link io.zaohua.model.weights.WeightTable}.
 */
@NullMarked
package io.zaohua.model.weights;

import org.jspecify.annotations.NullMarked;
