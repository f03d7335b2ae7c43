package io.zaohua.model.spec;

import java.util.List;

/**
 * How fast each pair of a rope turns. Values are f32 as in transformers' modeling_rope_utils.py,
 * whose formulas these are.
 */
public final class RopeFrequencies {
  private RopeFrequencies() {}

  /** The length that tells this rope's tables apart: 0 where it makes no difference. */
  public static int lengthClass(Rope rope, int reach) {
    return switch (rope.scaling()) {
      case Rope.Scaling.DynamicNtk(var _, var original) -> reach > original ? reach : 0;
      case Rope.Scaling.LongRope(var _, var _, var original, var _) ->
          reach > original ? original + 1 : 0;
      case Rope.Scaling.None _,
          Rope.Scaling.Linear _,
          Rope.Scaling.Llama3 _,
          Rope.Scaling.Yarn _,
          Rope.Scaling.Divisors _ ->
          0;
    };
  }

  /** Multiplies cosines and sines. */
  public static float attentionFactor(Rope.Scaling scaling) {
    return switch (scaling) {
      case Rope.Scaling.Yarn y -> (float) y.attentionFactor();
      case Rope.Scaling.LongRope l -> (float) l.attentionFactor();
      case Rope.Scaling.None _,
          Rope.Scaling.Linear _,
          Rope.Scaling.DynamicNtk _,
          Rope.Scaling.Llama3 _,
          Rope.Scaling.Divisors _ ->
          1;
    };
  }

  /**
   * Radians a position, [dims / 2].
   *
   * @param length positions the sequence is opened for; 0 within the original context
   */
  public static float[] of(Rope rope, int length) {
    int half = rope.dims() / 2;
    double theta = rope.theta();
    if (rope.scaling() instanceof Rope.Scaling.DynamicNtk(var factor, var original)
        && length > original) {
      double d = rope.dims();
      theta *= Math.pow(factor * length / original - (factor - 1), d / (d - 2));
    }
    float[] f = new float[half];
    for (int i = 0; i < half; i++) {
      f[i] = (float) (1.0 / (float) Math.pow(theta, 2.0 * i / rope.dims()));
    }
    switch (rope.scaling()) {
      case Rope.Scaling.None _, Rope.Scaling.DynamicNtk _ -> {}
      case Rope.Scaling.Linear(var factor) -> {
        for (int i = 0; i < half; i++) {
          f[i] = (float) (f[i] / factor);
        }
      }
      case Rope.Scaling.Llama3 l -> llama3(f, l);
      case Rope.Scaling.Yarn y -> yarn(f, y, rope);
      case Rope.Scaling.LongRope(var shorts, var longs, var original, var _) ->
          divide(f, length > original ? longs : shorts);
      case Rope.Scaling.Divisors(var divisors) -> divide(f, divisors);
    }
    return f;
  }

  private static void divide(float[] f, List<Float> divisors) {
    for (int i = 0; i < f.length; i++) {
      f[i] /= divisors.get(i);
    }
  }

  private static void llama3(float[] f, Rope.Scaling.Llama3 l) {
    double longest = l.original() / l.lowFactor();
    double shortest = l.original() / l.highFactor();
    for (int i = 0; i < f.length; i++) {
      double wave = 2 * Math.PI / f[i];
      if (wave > longest) {
        f[i] = (float) (f[i] / l.factor());
      } else if (wave >= shortest) {
        double smooth = (l.original() / wave - l.lowFactor()) / (l.highFactor() - l.lowFactor());
        f[i] = (float) ((1 - smooth) * f[i] / l.factor() + smooth * f[i]);
      }
    }
  }

  private static void yarn(float[] f, Rope.Scaling.Yarn y, Rope rope) {
    double low = correction(y.betaFast(), rope, y.original());
    double high = correction(y.betaSlow(), rope, y.original());
    if (y.truncate()) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, rope.dims() - 1);
    if (low == high) {
      high += 0.001;
    }
    for (int i = 0; i < f.length; i++) {
      double ramp = Math.clamp((i - low) / (high - low), 0.0, 1.0);
      f[i] = (float) (f[i] / y.factor() * ramp + f[i] * (1 - ramp));
    }
  }

  /** The dimension whose pair turns {@code turns} times within the original context. */
  private static double correction(double turns, Rope rope, int original) {
    return rope.dims() * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(rope.theta()));
  }
}
