package io.zaohua.engine.step;

import io.zaohua.model.spec.Rope;
import java.util.Arrays;
import java.util.List;

/**
 * Cosines and sines of one rope, by position, grown on demand. Frequencies are f32 as in
 * transformers' modeling_rope_utils.py, whose formulas these are.
 */
final class RopeTable {
  private final float[] frequencies;
  private final float attentionFactor;
  private final int half;
  private final int axes;
  private final int[] axisOf;
  private float[] cos = new float[0];
  private float[] sin = new float[0];

  /**
   * @param length positions the sequence is opened for; 0 within the original context
   */
  RopeTable(Rope rope, int length) {
    this.half = rope.dims() / 2;
    this.axes = rope.axes();
    this.axisOf = axisOf(rope, half);
    this.frequencies = frequencies(rope, length);
    this.attentionFactor = attentionFactor(rope.scaling());
  }

  /** The axis that each pair turns with; llama.cpp and transformers' qwen2_vl cut them alike. */
  private static int[] axisOf(Rope rope, int half) {
    int[] axisOf = new int[half];
    int at = 0;
    for (int axis = 0; axis < rope.sections().size(); axis++) {
      int end = at + rope.sections().get(axis);
      Arrays.fill(axisOf, at, end, axis);
      at = end;
    }
    return axisOf;
  }

  /** The length that tells this rope's tables apart: 0 where it makes no difference. */
  static int lengthClass(Rope rope, int reach) {
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

  private static float attentionFactor(Rope.Scaling scaling) {
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

  private static float[] frequencies(Rope rope, int length) {
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

  /** Makes sure that positions up to {@code positions} (exclusive) are there. */
  void grow(int positions) {
    int have = half == 0 ? positions : cos.length / half;
    if (have >= positions) {
      return;
    }
    int want = Math.max(positions, Math.min(2 * have, have + 4096));
    cos = Arrays.copyOf(cos, want * half);
    sin = Arrays.copyOf(sin, want * half);
    for (int p = have; p < want; p++) {
      for (int i = 0; i < half; i++) {
        double angle = (float) p * frequencies[i];
        cos[p * half + i] = (float) Math.cos(angle) * attentionFactor;
        sin[p * half + i] = (float) Math.sin(angle) * attentionFactor;
      }
    }
  }

  /**
   * Turns one head in place by the position {@code positions[from .. from + given]}, one number an
   * axis. A position of fewer axes than the rope has stands on all of them: that is text.
   */
  void rotate(float[] x, int at, int[] positions, int from, int given) {
    if (axes == 1 || given < axes) {
      rotate(x, at, positions[from]);
      return;
    }
    for (int i = 0; i < half; i++) {
      float a = x[at + i];
      float b = x[at + half + i];
      int table = positions[from + axisOf[i]] * half + i;
      float c = cos[table];
      float s = sin[table];
      x[at + i] = a * c - b * s;
      x[at + half + i] = b * c + a * s;
    }
  }

  /** Turns one head in place: element i with element i + half (RoFormer, eq. 34). */
  void rotate(float[] x, int at, int position) {
    int table = position * half;
    for (int i = 0; i < half; i++) {
      float a = x[at + i];
      float b = x[at + half + i];
      float c = cos[table + i];
      float s = sin[table + i];
      x[at + i] = a * c - b * s;
      x[at + half + i] = b * c + a * s;
    }
  }
}
