package io.zaohua.model.quant;

import java.util.Arrays;

/**
 * Searches the scale of a group: integer codes and a scale that minimise a weighted error. The
 * methods are those behind llama.cpp's K types (make_qkx2_quants, make_qx_quants, make_q3_quants in
 * ggml-quants.c): try a number of starting scales, round, solve for the best scale given the
 * rounded codes, keep the best. Sums are f32 in order, so results agree with its own.
 */
final class ScaleSearch {
  /** A group whose magnitudes all lie below this is zero. */
  static final float TINY = 1e-15f;

  private ScaleSearch() {}

  /** The nearest integer, ties to even; saturates past 2^22. */
  static int nearest(float x) {
    return Math.abs(x) <= 4194303f
        ? (Float.floatToRawIntBits(x + 12582912f) & 0x7fffff) - 0x400000
        : (int) x;
  }

  private static int nearest(float x, int min, int max) {
    return Math.clamp(nearest(x), min, max);
  }

  /**
   * Starting scales of the affine search: the greatest code stretched to {@code max + first + step
   * * i} for i = 0 .. count.
   *
   * @param absolute whether errors count by magnitude (Q2_K) or squared
   */
  record Grid(int max, float first, float step, int count, boolean absolute) {}

  /** What the affine search found: x is about {@code scale * code - depth}, depth at least 0. */
  record Affine(float scale, float depth) {}

  /**
   * Fits {@code scale * code + min}, codes 0 .. max, min at most 0, in least weighted error. The
   * codes found are left in {@code found} from {@code to} on.
   */
  static Affine affine(float[] x, int at, float[] weights, Grid grid, int[] found, int to) {
    int n = weights.length;
    float min = x[at];
    float max = x[at];
    float sumW = weights[0];
    float sumX = sumW * x[at];
    for (int i = 1; i < n; i++) {
      float v = x[at + i];
      min = v < min ? v : min;
      max = v > max ? v : max;
      sumW += weights[i];
      sumX += weights[i] * v;
    }
    min = min > 0 ? 0 : min;
    if (max == min) {
      Arrays.fill(found, to, to + n, 0);
      return new Affine(0, -min);
    }
    int[] codes = new int[n];
    float inverse = grid.max / (max - min);
    float scale = 1 / inverse;
    for (int i = 0; i < n; i++) {
      codes[i] = nearest(inverse * (x[at + i] - min), 0, grid.max);
    }
    System.arraycopy(codes, 0, found, to, n);
    float best = error(x, at, weights, codes, scale, min, grid.absolute);
    for (int step = 0; step <= grid.count; step++) {
      // The codes start from the best minimum so far, as the reference does.
      inverse = (grid.first + grid.step * step + grid.max) / (max - min);
      float sumL = 0;
      float sumLl = 0;
      float sumXl = 0;
      for (int i = 0; i < n; i++) {
        int l = nearest(inverse * (x[at + i] - min), 0, grid.max);
        codes[i] = l;
        float wl = weights[i] * l;
        sumL += wl;
        sumLl += wl * l;
        sumXl += wl * x[at + i];
      }
      float determinant = sumW * sumLl - sumL * sumL;
      if (determinant > 0) {
        float candidate = (sumW * sumXl - sumX * sumL) / determinant;
        float candidateMin = (sumLl * sumX - sumL * sumXl) / determinant;
        if (candidateMin > 0) {
          candidateMin = 0;
          candidate = sumXl / sumLl;
        }
        float error = error(x, at, weights, codes, candidate, candidateMin, grid.absolute);
        if (error < best) {
          System.arraycopy(codes, 0, found, to, n);
          best = error;
          scale = candidate;
          min = candidateMin;
        }
      }
    }
    return new Affine(scale, -min);
  }

  private static float error(
      float[] x, int at, float[] weights, int[] codes, float scale, float min, boolean absolute) {
    float error = 0;
    for (int i = 0; i < codes.length; i++) {
      float difference = scale * codes[i] + min - x[at + i];
      error += weights[i] * (absolute ? Math.abs(difference) : difference * difference);
    }
    return error;
  }

  /**
   * Fits {@code scale * code}, codes -max .. max - 1, errors weighted by x^2; tries 19 scales that
   * send the extreme to about -max. The codes found are left in {@code codes} from {@code at} on.
   */
  static float symmetric(float[] x, int at, int n, int max, int[] codes, int to) {
    float extreme = SimpleEncoders.extreme(x, at, n);
    if (Math.abs(extreme) < TINY) {
      Arrays.fill(codes, to, to + n, -max);
      return 0;
    }
    float scale = 0;
    float best = 0;
    for (int step = 0; step <= 18; step++) {
      // The plain scale first, then -9 .. 9 without 0.
      int offset = step == 0 ? 0 : step <= 9 ? step - 10 : step - 9;
      float inverse = step == 0 ? -max / extreme : -(max + 0.1f * offset) / extreme;
      float sumLx = 0;
      float sumLl = 0;
      for (int i = 0; i < n; i++) {
        float v = x[at + i];
        int l = nearest(inverse * v, -max, max - 1);
        float w = v * v;
        sumLx += w * v * l;
        sumLl += w * l * l;
      }
      boolean better = step == 0 || sumLl > 0 && sumLx * sumLx > best * sumLl;
      if (better) {
        scale = sumLl == 0 ? 0 : sumLx / sumLl;
        best = scale * sumLx;
        for (int i = 0; i < n; i++) {
          codes[to + i] = nearest(inverse * x[at + i], -max, max - 1);
        }
      }
    }
    return finite(scale, extreme);
  }

  private static float finite(float scale, float extreme) {
    if (!Float.isFinite(scale)) {
      throw new ArithmeticException(extreme + " is too large to search a scale for");
    }
    return scale;
  }

  /**
   * Fits {@code scale * code} as {@link #symmetric}, but by moving one code at a time for as long
   * as the error falls, at most five rounds.
   */
  static float descend(float[] x, int at, int n, int max, int[] codes, int to) {
    float extreme = SimpleEncoders.extreme(x, at, n);
    if (Math.abs(extreme) < TINY) {
      Arrays.fill(codes, to, to + n, -max);
      return 0;
    }
    float inverse = -max / extreme;
    float sumLx = 0;
    float sumLl = 0;
    for (int i = 0; i < n; i++) {
      float v = x[at + i];
      int l = nearest(inverse * v, -max, max - 1);
      codes[to + i] = l;
      float w = v * v;
      sumLx += w * v * l;
      sumLl += w * l * l;
    }
    boolean moved = true;
    for (int round = 0; round < 5 && moved; round++) {
      moved = false;
      for (int i = 0; i < n; i++) {
        float v = x[at + i];
        float w = v * v;
        int l = codes[to + i];
        float restLx = sumLx - w * v * l;
        if (restLx <= 0) {
          continue;
        }
        float restLl = sumLl - w * l * l;
        int next = nearest(v * restLl / restLx, -max, max - 1);
        float nextLx = restLx + w * v * next;
        float nextLl = restLl + w * next * next;
        if (next != l && nextLl > 0 && nextLx * nextLx * sumLl > sumLx * sumLx * nextLl) {
          codes[to + i] = next;
          sumLx = nextLx;
          sumLl = nextLl;
          moved = true;
        }
      }
    }
    return finite(sumLl > 0 ? sumLx / sumLl : 0, extreme);
  }
}
