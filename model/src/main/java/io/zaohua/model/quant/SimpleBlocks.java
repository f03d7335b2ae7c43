package io.zaohua.model.quant;

/** Blocks of 32 elements with one scale: readers for {@link BlockFormat}. */
final class SimpleBlocks {
  /** The 16 levels of IQ4_NL and IQ4_XS (kvalues_iq4nl in ggml-common.h). */
  private static final byte[] IQ4_LEVELS = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  /** E2M1 values doubled (OCP Microscaling Formats 1.0). */
  private static final byte[] FP4_LEVELS = {
    0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12
  };

  private SimpleBlocks() {}

  /** Level {@code index} of IQ4_NL, 0 .. 15, ascending. */
  static int iq4Level(int index) {
    return IQ4_LEVELS[index];
  }

  /** The index of the level next to x. */
  static int nearestIq4Level(float x) {
    int low = 0;
    int high = 15;
    if (x <= IQ4_LEVELS[low]) {
      return low;
    }
    if (x >= IQ4_LEVELS[high]) {
      return high;
    }
    while (high - low > 1) {
      int middle = (low + high) / 2;
      if (x < IQ4_LEVELS[middle]) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return x - IQ4_LEVELS[low] < IQ4_LEVELS[high] - x ? low : high;
  }

  static float half(byte[] b, int at) {
    return Float.float16ToFloat((short) (b[at] & 0xff | b[at + 1] << 8));
  }

  static int word(byte[] b, int at) {
    return b[at] & 0xff | (b[at + 1] & 0xff) << 8 | (b[at + 2] & 0xff) << 16 | b[at + 3] << 24;
  }

  static void q4_0(byte[] b, int at, byte[] codes, int c, float[] scales, float[] mins, int g) {
    scales[g] = half(b, at);
    for (int i = 0; i < 16; i++) {
      int q = b[at + 2 + i];
      codes[c + i] = (byte) ((q & 15) - 8);
      codes[c + 16 + i] = (byte) ((q >> 4 & 15) - 8);
    }
  }

  static void q4_1(byte[] b, int at, byte[] codes, int c, float[] scales, float[] mins, int g) {
    scales[g] = half(b, at);
    mins[g] = half(b, at + 2);
    for (int i = 0; i < 16; i++) {
      int q = b[at + 4 + i];
      codes[c + i] = (byte) (q & 15);
      codes[c + 16 + i] = (byte) (q >> 4 & 15);
    }
  }

  static void q5_0(byte[] b, int at, byte[] codes, int c, float[] scales, float[] mins, int g) {
    scales[g] = half(b, at);
    fiveBits(b, at + 2, codes, c, 16);
  }

  static void q5_1(byte[] b, int at, byte[] codes, int c, float[] scales, float[] mins, int g) {
    scales[g] = half(b, at);
    mins[g] = half(b, at + 2);
    fiveBits(b, at + 4, codes, c, 0);
  }

  /** A word with the fifth bits of elements 0 .. 31, then their low nibbles. */
  private static void fiveBits(byte[] b, int at, byte[] codes, int c, int zero) {
    int high = word(b, at);
    for (int i = 0; i < 16; i++) {
      int q = b[at + 4 + i];
      codes[c + i] = (byte) ((q & 15 | (high >> i & 1) << 4) - zero);
      codes[c + 16 + i] = (byte) ((q >> 4 & 15 | (high >> (16 + i) & 1) << 4) - zero);
    }
  }

  static void q8_0(byte[] b, int at, byte[] codes, int c, float[] scales, float[] mins, int g) {
    scales[g] = half(b, at);
    System.arraycopy(b, at + 2, codes, c, 32);
  }

  static void iq4nl(byte[] b, int at, byte[] codes, int c, float[] scales, float[] mins, int g) {
    scales[g] = half(b, at);
    iq4Nibbles(b, at + 2, codes, c);
  }

  static void iq4Nibbles(byte[] b, int at, byte[] codes, int c) {
    for (int i = 0; i < 16; i++) {
      int q = b[at + i];
      codes[c + i] = IQ4_LEVELS[q & 15];
      codes[c + 16 + i] = IQ4_LEVELS[q >> 4 & 15];
    }
  }

  static void mxfp4(byte[] b, int at, byte[] codes, int c, float[] scales, float[] mins, int g) {
    scales[g] = halfPowerOfTwo(b[at] & 0xff);
    for (int i = 0; i < 16; i++) {
      int q = b[at + 1 + i];
      codes[c + i] = FP4_LEVELS[q & 15];
      codes[c + 16 + i] = FP4_LEVELS[q >> 4 & 15];
    }
  }

  /** E8M0 exponent halved, for the doubled levels: 2^(e - 128), subnormal for e below 2. */
  private static float halfPowerOfTwo(int e) {
    return Float.intBitsToFloat(e < 2 ? 0x00200000 << e : (e - 1) << 23);
  }
}
