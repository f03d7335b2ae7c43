package io.zaohua.engine.kernel;

import java.util.Arrays;

/** One thread's work space for kernels. */
final class Scratch {
  private static final ThreadLocal<Scratch> OWN = ThreadLocal.withInitial(Scratch::new);

  /** Blocks of 32 columns that are unpacked at a time: 16 KB of pairs at 256 bits. */
  static final int WORD_BLOCKS = 16;

  /** The same for f32 panels. */
  static final int FLOAT_BLOCKS = 8;

  final int[] words = new int[WORD_BLOCKS * 16 * Lanes.GROUP];
  final float[] floats = new float[FLOAT_BLOCKS * 32 * Lanes.GROUP];
  final float[] scales = new float[WORD_BLOCKS * 2 * Lanes.GROUP];
  final float[] out = new float[Lanes.GROUP];
  float[] sums = new float[0];

  static Scratch own() {
    return OWN.get();
  }

  /** Sums of {@code tiles} tiles, [tile, 4, GROUP], set to zero. */
  float[] zeros(int tiles) {
    int size = tiles * Activations.TILE * Lanes.GROUP;
    if (sums.length < size) {
      sums = new float[size + size / 4];
    } else {
      Arrays.fill(sums, 0, size, 0f);
    }
    return sums;
  }
}
