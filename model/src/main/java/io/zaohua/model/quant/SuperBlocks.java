package io.zaohua.model.quant;

import static io.zaohua.model.quant.SimpleBlocks.half;

/** Blocks of 256 elements whose group scales are quantised too: readers for {@link BlockFormat}. */
final class SuperBlocks {
  private SuperBlocks() {}

  /** 16 bytes of scale and minimum (4 bits each), 64 bytes of codes, d, dmin. */
  static void q2k(byte[] b, int at, byte[] codes, int c, float[] scales, float[] mins, int g) {
    float d = half(b, at + 80);
    float dmin = half(b, at + 82);
    for (int i = 0; i < 16; i++) {
      int s = b[at + i] & 0xff;
      scales[g + i] = d * (s & 15);
      mins[g + i] = -(dmin * (s >> 4));
    }
    for (int half = 0; half < 2; half++) {
      for (int i = 0; i < 32; i++) {
        int q = b[at + 16 + 32 * half + i];
        int to = c + 128 * half + i;
        codes[to] = (byte) (q & 3);
        codes[to + 32] = (byte) (q >> 2 & 3);
        codes[to + 64] = (byte) (q >> 4 & 3);
        codes[to + 96] = (byte) (q >> 6 & 3);
      }
    }
  }

  /** 32 bytes of third bits, 64 bytes of low bits, 12 bytes of 6-bit scales, d. */
  static void q3k(byte[] b, int at, byte[] codes, int c, float[] scales, float[] mins, int g) {
    float d = half(b, at + 108);
    for (int i = 0; i < 16; i++) {
      scales[g + i] = d * (threeBitScale(b, at + 96, i) - 32);
    }
    for (int half = 0; half < 2; half++) {
      for (int i = 0; i < 32; i++) {
        int q = b[at + 32 + 32 * half + i];
        int high = b[at + i] >> (4 * half);
        int to = c + 128 * half + i;
        codes[to] = (byte) ((q & 3 | (high & 1) << 2) - 4);
        codes[to + 32] = (byte) ((q >> 2 & 3 | (high & 2) << 1) - 4);
        codes[to + 64] = (byte) ((q >> 4 & 3 | high & 4) - 4);
        codes[to + 96] = (byte) ((q >> 6 & 3 | (high & 8) >> 1) - 4);
      }
    }
  }

  /** Scale i of Q3_K, 0 .. 63: four low bits in bytes 0-7, two high bits in bytes 8-11. */
  static int threeBitScale(byte[] b, int at, int i) {
    int low = i < 8 ? b[at + i] & 15 : b[at + i - 8] >> 4 & 15;
    return low | (b[at + 8 + i % 4] >> (2 * (i / 4)) & 3) << 4;
  }

  /** Scale i of Q4_K and Q5_K, 0 .. 63, out of their 12 bytes of scales and minima. */
  static int scale(byte[] b, int at, int i) {
    return i < 4 ? b[at + i] & 63 : b[at + i + 4] & 15 | (b[at + i - 4] >> 6 & 3) << 4;
  }

  /** Minimum i of Q4_K and Q5_K, 0 .. 63. */
  static int min(byte[] b, int at, int i) {
    return i < 4 ? b[at + i + 4] & 63 : b[at + i + 4] >> 4 & 15 | (b[at + i] >> 6 & 3) << 4;
  }

  private static void scalesAndMins(byte[] b, int at, float[] scales, float[] mins, int g) {
    float d = half(b, at);
    float dmin = half(b, at + 2);
    for (int i = 0; i < 8; i++) {
      scales[g + i] = d * scale(b, at + 4, i);
      mins[g + i] = -(dmin * min(b, at + 4, i));
    }
  }

  /** d, dmin, 12 bytes of scales and minima, 128 bytes of nibbles. */
  static void q4k(byte[] b, int at, byte[] codes, int c, float[] scales, float[] mins, int g) {
    scalesAndMins(b, at, scales, mins, g);
    for (int pair = 0; pair < 4; pair++) {
      for (int i = 0; i < 32; i++) {
        int q = b[at + 16 + 32 * pair + i];
        int to = c + 64 * pair + i;
        codes[to] = (byte) (q & 15);
        codes[to + 32] = (byte) (q >> 4 & 15);
      }
    }
  }

  /** d, dmin, 12 bytes of scales and minima, 32 bytes of fifth bits, 128 bytes of nibbles. */
  static void q5k(byte[] b, int at, byte[] codes, int c, float[] scales, float[] mins, int g) {
    scalesAndMins(b, at, scales, mins, g);
    for (int pair = 0; pair < 4; pair++) {
      for (int i = 0; i < 32; i++) {
        int q = b[at + 48 + 32 * pair + i];
        int high = b[at + 16 + i] >> (2 * pair);
        int to = c + 64 * pair + i;
        codes[to] = (byte) (q & 15 | (high & 1) << 4);
        codes[to + 32] = (byte) (q >> 4 & 15 | (high & 2) << 3);
      }
    }
  }

  /** 128 bytes of low nibbles, 64 bytes of high bit pairs, 16 signed scales, d. */
  static void q6k(byte[] b, int at, byte[] codes, int c, float[] scales, float[] mins, int g) {
    float d = half(b, at + 208);
    for (int i = 0; i < 16; i++) {
      scales[g + i] = d * b[at + 192 + i];
    }
    for (int half = 0; half < 2; half++) {
      for (int i = 0; i < 32; i++) {
        int low = b[at + 64 * half + i];
        int low2 = b[at + 64 * half + 32 + i];
        int high = b[at + 128 + 32 * half + i];
        int to = c + 128 * half + i;
        codes[to] = (byte) ((low & 15 | (high & 3) << 4) - 32);
        codes[to + 32] = (byte) ((low2 & 15 | (high >> 2 & 3) << 4) - 32);
        codes[to + 64] = (byte) ((low >> 4 & 15 | (high >> 4 & 3) << 4) - 32);
        codes[to + 96] = (byte) ((low2 >> 4 & 15 | (high >> 6 & 3) << 4) - 32);
      }
    }
  }

  /** d, 16 bits of high scale pairs, 4 bytes of low scale nibbles, 128 bytes of nibbles. */
  static void iq4xs(byte[] b, int at, byte[] codes, int c, float[] scales, float[] mins, int g) {
    float d = half(b, at);
    int high = b[at + 2] & 0xff | (b[at + 3] & 0xff) << 8;
    for (int i = 0; i < 8; i++) {
      int low = b[at + 4 + i / 2] >> (4 * (i % 2)) & 15;
      scales[g + i] = d * ((low | (high >> (2 * i) & 3) << 4) - 32);
      SimpleBlocks.iq4Nibbles(b, at + 8 + 16 * i, codes, c + 32 * i);
    }
  }
}
