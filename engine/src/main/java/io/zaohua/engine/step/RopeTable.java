package io.zaohua.engine.step;

import io.zaohua.model.spec.Rope;
import io.zaohua.model.spec.RopeFrequencies;
import java.util.Arrays;

/** Cosines and sines of one rope, by position, grown on demand. */
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
    this.frequencies = RopeFrequencies.of(rope, length);
    this.attentionFactor = RopeFrequencies.attentionFactor(rope.scaling());
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
