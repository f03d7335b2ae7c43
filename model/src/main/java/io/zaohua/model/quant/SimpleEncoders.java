package io.zaohua.model.quant;

import static io.zaohua.model.quant.PlainTypes.putHalf;

/**
 * Writers of the blocks of 32 elements. The formulas, and the order and width of every rounding,
 * are those of quantize_row_*_ref in ggml-quants.c: the bytes are equal.
 */
final class SimpleEncoders {
  private SimpleEncoders() {}

  /** The value of greatest magnitude, the first of equals. */
  static float extreme(float[] x, int at, int n) {
    float extreme = 0;
    for (int i = at; i < at + n; i++) {
      if (Math.abs(x[i]) > Math.abs(extreme)) {
        extreme = x[i];
      }
    }
    return extreme;
  }

  private static float inverse(float d) {
    return d == 0 ? 0 : 1 / d;
  }

  /** The extreme becomes code -8, whatever its sign. */
  static void q4_0(float[] x, int at, byte[] b, int to) {
    float d = extreme(x, at, 32) / -8;
    float inverse = inverse(d);
    putHalf(d, b, to);
    for (int i = 0; i < 16; i++) {
      int low = Math.min(15, (int) (x[at + i] * inverse + 8.5f));
      int high = Math.min(15, (int) (x[at + 16 + i] * inverse + 8.5f));
      b[to + 2 + i] = (byte) (low | high << 4);
    }
  }

  static void q4_1(float[] x, int at, byte[] b, int to) {
    float min = least(x, at);
    float d = (greatest(x, at) - min) / 15;
    float inverse = inverse(d);
    putHalf(d, b, to);
    putHalf(min, b, to + 2);
    for (int i = 0; i < 16; i++) {
      int low = Math.min(15, (int) ((x[at + i] - min) * inverse + 0.5f));
      int high = Math.min(15, (int) ((x[at + 16 + i] - min) * inverse + 0.5f));
      b[to + 4 + i] = (byte) (low | high << 4);
    }
  }

  static void q5_0(float[] x, int at, byte[] b, int to) {
    float d = extreme(x, at, 32) / -16;
    float inverse = inverse(d);
    putHalf(d, b, to);
    int fifth = 0;
    for (int i = 0; i < 16; i++) {
      int low = Math.min(31, (int) (x[at + i] * inverse + 16.5f));
      int high = Math.min(31, (int) (x[at + 16 + i] * inverse + 16.5f));
      b[to + 6 + i] = (byte) (low & 15 | high << 4);
      fifth |= low >> 4 << i | high >> 4 << (16 + i);
    }
    putWord(fifth, b, to + 2);
  }

  static void q5_1(float[] x, int at, byte[] b, int to) {
    float min = least(x, at);
    float d = (greatest(x, at) - min) / 31;
    float inverse = inverse(d);
    putHalf(d, b, to);
    putHalf(min, b, to + 2);
    int fifth = 0;
    for (int i = 0; i < 16; i++) {
      int low = Math.min(31, (int) ((x[at + i] - min) * inverse + 0.5f));
      int high = Math.min(31, (int) ((x[at + 16 + i] - min) * inverse + 0.5f));
      b[to + 8 + i] = (byte) (low & 15 | high << 4);
      fifth |= low >> 4 << i | high >> 4 << (16 + i);
    }
    putWord(fifth, b, to + 4);
  }

  /** Halves are rounded away from zero, as C's roundf does. */
  static void q8_0(float[] x, int at, byte[] b, int to) {
    float d = Math.abs(extreme(x, at, 32)) / 127;
    float inverse = inverse(d);
    putHalf(d, b, to);
    for (int i = 0; i < 32; i++) {
      double scaled = x[at + i] * inverse;
      b[to + 2 + i] = (byte) Math.clamp((int) (scaled + Math.copySign(0.5, scaled)), -127, 127);
    }
  }

  /** Tries 15 scales that send the extreme near the outermost level, errors weighted by x^2. */
  static void iq4nl(float[] x, int at, byte[] b, int to) {
    float extreme = extreme(x, at, 32);
    float scale = 0;
    if (Math.abs(extreme) >= ScaleSearch.TINY) {
      float outermost = SimpleBlocks.iq4Level(0);
      var fit = new LevelFit(x, at);
      fit.consider(1 / (-extreme / outermost));
      for (int step = -7; step <= 7; step++) {
        fit.consider((step + outermost) / extreme);
      }
      scale = fit.scale;
      if (scale == 0 && Math.abs(extreme) > 1) {
        throw new ArithmeticException(extreme + " is too large to search a scale for");
      }
    }
    putHalf(scale, b, to);
    float inverse = inverse(scale);
    for (int i = 0; i < 16; i++) {
      int low = SimpleBlocks.nearestIq4Level(inverse * x[at + i]);
      int high = SimpleBlocks.nearestIq4Level(inverse * x[at + 16 + i]);
      b[to + 2 + i] = (byte) (low | high << 4);
    }
  }

  /** The best least-squares scale among the candidates seen. */
  private static final class LevelFit {
    private final float[] x;
    private final int at;
    private float scale;
    private float best;

    LevelFit(float[] x, int at) {
      this.x = x;
      this.at = at;
    }

    void consider(float inverse) {
      float sumQx = 0;
      float sumQq = 0;
      for (int i = at; i < at + 32; i++) {
        float q = SimpleBlocks.iq4Level(SimpleBlocks.nearestIq4Level(inverse * x[i]));
        float w = x[i] * x[i];
        sumQx += w * q * x[i];
        sumQq += w * q * q;
      }
      if (sumQq > 0 && sumQx * sumQx > best * sumQq) {
        scale = sumQx / sumQq;
        best = scale * sumQx;
      }
    }
  }

  private static float least(float[] x, int at) {
    float least = x[at];
    for (int i = at + 1; i < at + 32; i++) {
      if (x[i] < least) {
        least = x[i];
      }
    }
    return least;
  }

  private static float greatest(float[] x, int at) {
    float greatest = x[at];
    for (int i = at + 1; i < at + 32; i++) {
      if (x[i] > greatest) {
        greatest = x[i];
      }
    }
    return greatest;
  }

  private static void putWord(int word, byte[] b, int at) {
    for (int i = 0; i < 4; i++) {
      b[at + i] = (byte) (word >> (8 * i));
    }
  }
}
