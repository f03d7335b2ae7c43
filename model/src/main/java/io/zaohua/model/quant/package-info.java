/**
 * From stored weights to f32 and back: the block formats of GGUF, the quantisers that write them,
 * and {@code quantize} for whole files. Scalar Java; the engine's kernels repack from here. Anyone
 * may enter. Start at {@link io.zaohua.model.quant.BlockFormat}.
 */
@NullMarked
package io.zaohua.model.quant;

import org.jspecify.annotations.NullMarked;
