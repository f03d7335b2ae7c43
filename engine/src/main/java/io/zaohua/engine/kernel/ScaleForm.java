package io.zaohua.engine.kernel;

import io.zaohua.model.quant.BlockFormat;

/**
 * How a matrix keeps the scales of its blocks. Both are read by the same instructions: {@code (bits
 * >> down & mask) * unit}, as f32; of a pair the first block's scale is read two bytes earlier,
 * where its f16 stands in the upper half. Kernels shift by a vector: with a count that varies C2
 * compiles two ways of shifting, whose results meet in a box (docs/log.md).
 */
enum ScaleForm {
  /** A vector of f32 after each block. */
  FLOATS(0, 0, -1, 1f),

  /**
   * A vector of dwords after each pair of blocks: f16 of the first in the low word, of the second
   * in the high word. Only for types that store f16 themselves, so that nothing is rounded.
   */
  HALVES(1, 3, DenseKernels.HALF_BITS, DenseKernels.HALF_BIAS);

  /** Blocks that share a vector of scales, less one. */
  final int pair;

  final int down;
  final int mask;

  final float unit;

  ScaleForm(int pair, int down, int mask, float unit) {
    this.pair = pair;
    this.down = down;
    this.mask = mask;
    this.unit = unit;
  }

  static ScaleForm of(BlockFormat format) {
    return switch (format.type()) {
      case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL -> HALVES;
      default -> FLOATS;
    };
  }

  /** Bytes before the dword from which block {@code b}'s scale is read as the upper half. */
  int back(int b) {
    return 2 * (pair & ~b);
  }

  /** Block {@code b}'s scale from the dword that holds it. */
  float scale(int dword, int b) {
    return Float.intBitsToFloat(dword << 8 * back(b) >> down & mask) * unit;
  }

  /** Vectors from one stretch of blocks that share scales to the next. */
  int stride(int vectors, int perBlock) {
    return (vectors << pair) + perBlock;
  }

  /** Vectors of a row of blocks; a last block without a partner has room for one. */
  int vectors(int blocks, int vectors, int perBlock) {
    return (blocks + pair >> pair) * stride(vectors, perBlock);
  }

  /** Where block {@code b}'s codes begin, in vectors. */
  int codes(int b, int vectors, int perBlock) {
    return (b >> pair) * stride(vectors, perBlock) + (b & pair) * vectors;
  }

  /** Where its scales begin, in vectors. */
  int scales(int b, int vectors, int perBlock) {
    return (b >> pair) * stride(vectors, perBlock) + (vectors << pair);
  }
}
