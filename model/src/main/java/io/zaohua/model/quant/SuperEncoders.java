package io.zaohua.model.quant;

import static io.zaohua.model.quant.PlainTypes.putHalf;
import static io.zaohua.model.quant.ScaleSearch.nearest;

import io.zaohua.model.quant.ScaleSearch.Affine;
import io.zaohua.model.quant.ScaleSearch.Grid;
import java.util.Arrays;

/**
 * Writers of the blocks of 256 elements. Each group's scale is searched, the scales are quantised
 * against the greatest, and the codes are rounded once more against what was stored.
 */
final class SuperEncoders {
  private static final int SIZE = 256;
  private static final Grid TWO_BITS = new Grid(3, -0.5f, 0.1f, 15, true);
  private static final Grid FOUR_BITS = new Grid(15, -1, 0.1f, 20, false);
  private static final Grid FIVE_BITS = new Grid(31, -0.5f, 0.1f, 15, false);

  private SuperEncoders() {}

  static void q2k(float[] x, int at, byte[] b, int to) {
    float[] weights = new float[16];
    float[] scales = new float[16];
    float[] depths = new float[16];
    int[] codes = new int[SIZE];
    for (int g = 0; g < 16; g++) {
      for (int i = 0; i < 16; i++) {
        weights[i] = Math.abs(x[at + 16 * g + i]);
      }
      Affine fit = ScaleSearch.affine(x, at + 16 * g, weights, TWO_BITS, codes, 16 * g);
      scales[g] = fit.scale();
      depths[g] = fit.depth();
    }
    float maxScale = greatest(scales);
    float maxDepth = greatest(depths);
    float d = putHalf(maxScale / 15, b, to + 80);
    float dmin = putHalf(maxDepth / 15, b, to + 82);
    for (int g = 0; g < 16; g++) {
      int s = maxScale > 0 ? Math.clamp(nearest(15 / maxScale * scales[g]), 0, 15) : 0;
      int m = maxDepth > 0 ? Math.clamp(nearest(15 / maxDepth * depths[g]), 0, 15) : 0;
      b[to + g] = (byte) (s | m << 4);
      affineCodes(x, at + 16 * g, d * s, dmin * m, 3, codes, 16 * g, 16);
    }
    lowBitPairs(codes, b, to + 16);
  }

  /** Four codes of two bits a byte: elements i, i + 32, i + 64, i + 96. */
  private static void lowBitPairs(int[] codes, byte[] b, int to) {
    for (int half = 0; half < 2; half++) {
      for (int i = 0; i < 32; i++) {
        int c = 128 * half + i;
        b[to + 32 * half + i] =
            (byte)
                (codes[c] & 3
                    | (codes[c + 32] & 3) << 2
                    | (codes[c + 64] & 3) << 4
                    | (codes[c + 96] & 3) << 6);
      }
    }
  }

  /** Rounds x + depth to multiples of the scale; a scale of zero leaves the codes as they are. */
  private static void affineCodes(
      float[] x, int at, float scale, float depth, int max, int[] codes, int to, int n) {
    if (scale == 0) {
      return;
    }
    for (int i = 0; i < n; i++) {
      codes[to + i] = Math.clamp(nearest((x[at + i] + depth) / scale), 0, max);
    }
  }

  private static void symmetricCodes(
      float[] x, int at, float scale, int max, int[] codes, int to, int n) {
    if (scale == 0) {
      return;
    }
    for (int i = 0; i < n; i++) {
      codes[to + i] = Math.clamp(nearest(x[at + i] / scale), -max, max - 1);
    }
  }

  static void q3k(float[] x, int at, byte[] b, int to) {
    int[] codes = new int[SIZE];
    float[] scales = new float[16];
    for (int g = 0; g < 16; g++) {
      scales[g] = ScaleSearch.descend(x, at + 16 * g, 16, 4, codes, 16 * g);
    }
    float extreme = SimpleEncoders.extreme(scales, 0, 16);
    Arrays.fill(b, to, to + 110, (byte) 0);
    float inverse = extreme == 0 ? 0 : -32 / extreme;
    float d = putHalf(extreme == 0 ? 0 : 1 / inverse, b, to + 108);
    for (int g = 0; g < 16; g++) {
      int s = extreme == 0 ? -32 : Math.clamp(nearest(inverse * scales[g]), -32, 31);
      putThreeBitScale(s + 32, g, b, to + 96);
      symmetricCodes(x, at + 16 * g, d * s, 4, codes, 16 * g, 16);
    }
    for (int i = 0; i < SIZE; i++) {
      codes[i] += 4;
      b[to + i % 32] |= (byte) (codes[i] >> 2 << (i / 32));
    }
    lowBitPairs(codes, b, to + 32);
  }

  private static void putThreeBitScale(int s, int i, byte[] b, int at) {
    b[at + i % 8] |= (byte) ((s & 15) << (i < 8 ? 0 : 4));
    b[at + 8 + i % 4] |= (byte) (s >> 4 << (2 * (i / 4)));
  }

  static void q4k(float[] x, int at, byte[] b, int to) {
    int[] codes = affineGroups(x, at, FOUR_BITS, b, to);
    lowNibbles(codes, b, to + 16);
  }

  static void q5k(float[] x, int at, byte[] b, int to) {
    int[] codes = affineGroups(x, at, FIVE_BITS, b, to);
    Arrays.fill(b, to + 16, to + 48, (byte) 0);
    for (int i = 0; i < SIZE; i++) {
      b[to + 16 + i % 32] |= (byte) (codes[i] >> 4 << (i / 32));
    }
    lowNibbles(codes, b, to + 48);
  }

  /** Writes d, dmin and the 12 bytes of scales and minima; gives the codes. */
  private static int[] affineGroups(float[] x, int at, Grid grid, byte[] b, int to) {
    float[] weights = new float[32];
    float[] scales = new float[8];
    float[] depths = new float[8];
    int[] codes = new int[SIZE];
    for (int g = 0; g < 8; g++) {
      int first = at + 32 * g;
      float sum = 0;
      for (int i = 0; i < 32; i++) {
        sum += x[first + i] * x[first + i];
      }
      float typical = (float) Math.sqrt(sum / 32);
      for (int i = 0; i < 32; i++) {
        weights[i] = typical + Math.abs(x[first + i]);
      }
      Affine fit = ScaleSearch.affine(x, first, weights, grid, codes, 32 * g);
      scales[g] = fit.scale();
      depths[g] = fit.depth();
    }
    float maxScale = greatest(scales);
    float maxDepth = greatest(depths);
    float inverseScale = maxScale > 0 ? 63 / maxScale : 0;
    float inverseDepth = maxDepth > 0 ? 63 / maxDepth : 0;
    float d = putHalf(maxScale / 63, b, to);
    float dmin = putHalf(maxDepth / 63, b, to + 2);
    Arrays.fill(b, to + 4, to + 16, (byte) 0);
    for (int g = 0; g < 8; g++) {
      int s = Math.clamp(nearest(inverseScale * scales[g]), 0, 63);
      int m = Math.clamp(nearest(inverseDepth * depths[g]), 0, 63);
      putScaleAndMin(s, m, g, b, to + 4);
      affineCodes(x, at + 32 * g, d * s, dmin * m, grid.max(), codes, 32 * g, 32);
    }
    return codes;
  }

  private static void putScaleAndMin(int s, int m, int i, byte[] b, int at) {
    if (i < 4) {
      b[at + i] |= (byte) s;
      b[at + i + 4] |= (byte) m;
    } else {
      b[at + i + 4] = (byte) (s & 15 | m << 4);
      b[at + i - 4] |= (byte) (s >> 4 << 6);
      b[at + i] |= (byte) (m >> 4 << 6);
    }
  }

  private static void lowNibbles(int[] codes, byte[] b, int to) {
    for (int pair = 0; pair < 4; pair++) {
      for (int i = 0; i < 32; i++) {
        int c = 64 * pair + i;
        b[to + 32 * pair + i] = (byte) (codes[c] & 15 | codes[c + 32] << 4);
      }
    }
  }

  static void q6k(float[] x, int at, byte[] b, int to) {
    int[] codes = new int[SIZE];
    float[] scales = new float[16];
    for (int g = 0; g < 16; g++) {
      scales[g] = ScaleSearch.symmetric(x, at + 16 * g, 16, 32, codes, 16 * g);
    }
    float extreme = SimpleEncoders.extreme(scales, 0, 16);
    if (Math.abs(extreme) < ScaleSearch.TINY) {
      Arrays.fill(b, to, to + 210, (byte) 0);
      return;
    }
    float inverse = -128 / extreme;
    float d = putHalf(1 / inverse, b, to + 208);
    for (int g = 0; g < 16; g++) {
      int s = Math.clamp(nearest(inverse * scales[g]), -128, 127);
      b[to + 192 + g] = (byte) s;
      symmetricCodes(x, at + 16 * g, d * s, 32, codes, 16 * g, 16);
    }
    for (int half = 0; half < 2; half++) {
      for (int i = 0; i < 32; i++) {
        int c = 128 * half + i;
        int c0 = codes[c] + 32;
        int c1 = codes[c + 32] + 32;
        int c2 = codes[c + 64] + 32;
        int c3 = codes[c + 96] + 32;
        b[to + 64 * half + i] = (byte) (c0 & 15 | c2 << 4);
        b[to + 64 * half + 32 + i] = (byte) (c1 & 15 | c3 << 4);
        b[to + 128 + 32 * half + i] = (byte) (c0 >> 4 | c1 >> 4 << 2 | c2 >> 4 << 4 | c3 >> 4 << 6);
      }
    }
  }

  private static float greatest(float[] values) {
    float greatest = 0;
    for (float v : values) {
      greatest = Math.max(greatest, v);
    }
    return greatest;
  }
}
