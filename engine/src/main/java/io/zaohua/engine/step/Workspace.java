package io.zaohua.engine.step;

import io.zaohua.engine.kernel.Activations;
import java.util.Arrays;

/** Buffers of a step, grown to the largest one seen. Rows are [rows, size], row by row. */
final class Workspace {
  float[] x = {};
  float[] normed = {};
  float[] branch = {};
  float[] q = {};
  float[] k = {};
  float[] v = {};
  float[] mixed = {};
  float[] gate = {};
  float[] up = {};
  float[] gathered = {};
  float[] states = {};
  float[] logits = {};
  final Activations input = new Activations();

  /** {@code a}, or a larger array where it has less than {@code n} elements. */
  static float[] atLeast(float[] a, long n) {
    return a.length >= n ? a : Arrays.copyOf(a, Math.toIntExact(n));
  }
}
