package io.zaohua.engine.step;

import io.zaohua.engine.kernel.Lanes;
import io.zaohua.model.spec.FeedForward.Activation;
import io.zaohua.model.spec.Norm;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Elementwise maths over f32 rows. Sums run in a fixed order (lanes first, then lane by lane),
 * since {@code reduceLanes} may add in any order.
 */
final class VectorMath {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final int LANES = S.length();

  // exp(x) = 2^n * p(r), r in +-ln2/2; coefficients of Cephes' expf (Moshier 1989).
  private static final float LOG2E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;
  private static final float ROUND = 12582912f;

  private VectorMath() {}

  /** Normalises {@code n} elements of {@code x} into {@code y}. */
  static void norm(
      Norm norm, float[] weight, float[] bias, float[] x, int xAt, float[] y, int yAt, int n) {
    switch (norm.kind()) {
      case NONE -> System.arraycopy(x, xAt, y, yAt, n);
      case RMS -> {
        float scale = (float) (1 / Math.sqrt(sumOfSquares(x, xAt, n) / n + norm.eps()));
        for (int i = 0; i < n; i++) {
          y[yAt + i] = x[xAt + i] * scale * weight[i];
        }
      }
      case LAYER -> {
        double mean = 0;
        for (int i = 0; i < n; i++) {
          mean += x[xAt + i];
        }
        mean /= n;
        double variance = 0;
        for (int i = 0; i < n; i++) {
          double d = x[xAt + i] - mean;
          variance += d * d;
        }
        float scale = (float) (1 / Math.sqrt(variance / n + norm.eps()));
        float shift = (float) mean;
        for (int i = 0; i < n; i++) {
          float z = (x[xAt + i] - shift) * scale * weight[i];
          y[yAt + i] = norm.bias() ? z + bias[i] : z;
        }
      }
    }
  }

  /** In four chains, which no addition has to wait for. */
  private static double sumOfSquares(float[] x, int at, int n) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = at;
    for (; i + 4 <= at + n; i += 4) {
      a += (double) x[i] * x[i];
      b += (double) x[i + 1] * x[i + 1];
      c += (double) x[i + 2] * x[i + 2];
      d += (double) x[i + 3] * x[i + 3];
    }
    for (; i < at + n; i++) {
      a += (double) x[i] * x[i];
    }
    return a + b + (c + d);
  }

  /** {@code y += scale * x}. */
  static void addScaled(float[] y, int yAt, float[] x, int xAt, int n, float scale) {
    if (scale == 1) {
      for (int i = 0; i < n; i++) {
        y[yAt + i] += x[xAt + i];
      }
    } else {
      for (int i = 0; i < n; i++) {
        y[yAt + i] += scale * x[xAt + i];
      }
    }
  }

  /** {@code y += x}, for biases. */
  static void add(float[] y, int yAt, float[] x, int xAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] += x[xAt + i];
    }
  }

  /** Adds elements {@code low .. high} of a bias, if there is one, to {@code rows} rows. */
  static void addBias(float[] bias, float[] y, int rows, int stride, int low, int high) {
    if (bias.length > 0) {
      for (int r = 0; r < rows; r++) {
        add(y, r * stride + low, bias, low, high - low);
      }
    }
  }

  /** {@code c tanh(x / c)} in place (Gemma 2). */
  static void softCap(float[] x, int at, int n, float cap) {
    for (int i = at; i < at + n; i++) {
      x[i] = cap * (float) Math.tanh(x[i] / cap);
    }
  }

  /** {@code x = act(x)}. */
  static void activate(Activation activation, float[] x, int at, int n) {
    switch (activation) {
      case SILU -> silu(x, at, n);
      case GELU -> {
        for (int i = at; i < at + n; i++) {
          x[i] = (float) (0.5 * x[i] * (1 + erf(x[i] * 0.7071067811865476)));
        }
      }
      case GELU_TANH -> {
        for (int i = at; i < at + n; i++) {
          double v = x[i];
          x[i] =
              (float) (0.5 * v * (1 + Math.tanh(0.7978845608028654 * (v + 0.044715 * v * v * v))));
        }
      }
      case RELU -> {
        for (int i = at; i < at + n; i++) {
          x[i] = Math.max(0, x[i]);
        }
      }
    }
  }

  /** {@code gate = act(gate) * up}. */
  static void gate(Activation activation, float[] gate, int gateAt, float[] up, int upAt, int n) {
    activate(activation, gate, gateAt, n);
    for (int i = 0; i < n; i++) {
      gate[gateAt + i] *= up[upAt + i];
    }
  }

  private static void silu(float[] x, int at, int n) {
    int i = 0;
    for (; i + LANES <= n; i += LANES) {
      FloatVector v = FloatVector.fromArray(S, x, at + i);
      FloatVector z = v.neg().max(-87f).min(88f);
      FloatVector k = z.fma(FloatVector.broadcast(S, LOG2E), FloatVector.broadcast(S, ROUND));
      FloatVector whole = k.sub(ROUND);
      FloatVector r = whole.fma(FloatVector.broadcast(S, -LN2_HIGH), z);
      r = whole.fma(FloatVector.broadcast(S, -LN2_LOW), r);
      FloatVector p = FloatVector.broadcast(S, 1.9875691500e-4f);
      p = p.fma(r, FloatVector.broadcast(S, 1.3981999507e-3f));
      p = p.fma(r, FloatVector.broadcast(S, 8.3334519073e-3f));
      p = p.fma(r, FloatVector.broadcast(S, 4.1665795894e-2f));
      p = p.fma(r, FloatVector.broadcast(S, 1.6666665459e-1f));
      p = p.fma(r, FloatVector.broadcast(S, 5.0000001201e-1f));
      p = p.fma(r.mul(r), r).add(1f);
      FloatVector two =
          k.reinterpretAsInts()
              .sub(0x4B400000 - 127)
              .lanewise(VectorOperators.LSHL, 23)
              .reinterpretAsFloats();
      v.div(p.mul(two).add(1f)).intoArray(x, at + i);
    }
    for (; i < n; i++) {
      float v = x[at + i];
      x[at + i] = (float) (v / (1 + Math.exp(-v)));
    }
  }

  /**
   * {@code x[i] = exp(x[i] - shift)} for {@code n} elements, a multiple of 16; below -87 gives 0
   * nearly, never NaN.
   */
  static void exp(float[] x, int at, int n, float shift) {
    for (int i = 0; i < n; i += LANES) {
      FloatVector z = FloatVector.fromArray(S, x, at + i).sub(shift).max(-87f).min(88f);
      FloatVector k = z.fma(FloatVector.broadcast(S, LOG2E), FloatVector.broadcast(S, ROUND));
      FloatVector whole = k.sub(ROUND);
      FloatVector r = whole.fma(FloatVector.broadcast(S, -LN2_HIGH), z);
      r = whole.fma(FloatVector.broadcast(S, -LN2_LOW), r);
      FloatVector p = FloatVector.broadcast(S, 1.9875691500e-4f);
      p = p.fma(r, FloatVector.broadcast(S, 1.3981999507e-3f));
      p = p.fma(r, FloatVector.broadcast(S, 8.3334519073e-3f));
      p = p.fma(r, FloatVector.broadcast(S, 4.1665795894e-2f));
      p = p.fma(r, FloatVector.broadcast(S, 1.6666665459e-1f));
      p = p.fma(r, FloatVector.broadcast(S, 5.0000001201e-1f));
      p = p.fma(r.mul(r), r).add(1f);
      FloatVector two =
          k.reinterpretAsInts()
              .sub(0x4B400000 - 127)
              .lanewise(VectorOperators.LSHL, 23)
              .reinterpretAsFloats();
      p.mul(two).intoArray(x, at + i);
    }
  }

  /**
   * The error function: Maclaurin series below 2.5, continued fraction of erfc above (Abramowitz
   * and Stegun 7.1.6, 7.1.14).
   */
  static double erf(double x) {
    double a = Math.abs(x);
    double result;
    if (a < 2.5) {
      double term = a;
      double sum = a;
      for (int n = 1; n < 40; n++) {
        term *= 2 * a * a / (2 * n + 1);
        sum += term;
      }
      result = 2 / Math.sqrt(Math.PI) * Math.exp(-a * a) * sum;
    } else {
      double fraction = 0;
      for (int n = 40; n >= 1; n--) {
        fraction = n / 2.0 / (a + fraction);
      }
      result = 1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction);
    }
    return Math.copySign(result, x);
  }
}
