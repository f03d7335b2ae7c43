package io.zaohua.engine.step;

import io.zaohua.engine.kernel.Cores;
import io.zaohua.engine.kernel.Matrix;
import io.zaohua.engine.step.LayerWeights.DenseWeights;
import io.zaohua.engine.step.LayerWeights.ExpertWeights;
import io.zaohua.model.spec.FeedForward;
import java.util.Arrays;

/** Runs feed-forwards: {@code work.normed} to {@code work.branch}. */
final class FeedForwardRunner {
  private final Cores cores;
  private final Workspace work;

  FeedForwardRunner(Cores cores, Workspace work) {
    this.cores = cores;
    this.work = work;
  }

  void run(LayerWeights.FeedForwardWeights weights, int rows, int width) {
    switch (weights) {
      case DenseWeights d -> dense(d, rows, width);
      case ExpertWeights e -> experts(e, rows, width);
    }
  }

  private void dense(DenseWeights w, int rows, int width) {
    int hidden = w.spec.hidden();
    inner(w.gate, w.up, w.spec, w.gateBias, w.upBias, work.normed, rows, width, hidden);
    float[] from = w.spec.gated() ? work.gate : work.up;
    work.input.load(from, 0, hidden, rows, hidden, cores, w.down);
    float[] y = work.branch;
    cores.forEach(
        width,
        Matrix.piece(rows),
        (low, high, _) -> {
          w.down.multiply(work.input, y, 0, width, low, high);
          VectorMath.addBias(w.downBias, y, rows, width, low, high);
        });
  }

  /** Gate and up with the activation applied, into {@code work.gate} (or {@code work.up}). */
  private void inner(
      Matrix gate,
      Matrix up,
      FeedForward.Dense spec,
      float[] gateBias,
      float[] upBias,
      float[] from,
      int rows,
      int width,
      int hidden) {
    work.up = Workspace.atLeast(work.up, (long) rows * hidden);
    if (spec.gated()) {
      work.gate = Workspace.atLeast(work.gate, (long) rows * hidden);
    }
    if (spec.gated()) {
      work.input.load(from, 0, width, rows, width, cores, up, gate);
    } else {
      work.input.load(from, 0, width, rows, width, cores, up);
    }
    float[] g = work.gate;
    float[] u = work.up;
    cores.forEach(
        hidden,
        Matrix.piece(rows),
        (low, high, _) -> {
          up.multiply(work.input, u, 0, hidden, low, high);
          VectorMath.addBias(upBias, u, rows, hidden, low, high);
          if (spec.gated()) {
            gate.multiply(work.input, g, 0, hidden, low, high);
            VectorMath.addBias(gateBias, g, rows, hidden, low, high);
          }
          for (int r = 0; r < rows; r++) {
            int at = r * hidden + low;
            if (spec.gated()) {
              VectorMath.gate(spec.activation(), g, at, u, at, high - low);
            } else {
              VectorMath.activate(spec.activation(), u, at, high - low);
            }
          }
        });
  }

  /**
   * Every token goes to its best experts. Experts run one after the other over the tokens that
   * chose them, so a token's sum is in the order of the experts' numbers whatever the other tokens
   * chose.
   */
  private void experts(ExpertWeights w, int rows, int width) {
    FeedForward.Experts spec = w.spec;
    int count = spec.count();
    float[] scores = new float[rows * count];
    work.input.load(work.normed, 0, width, rows, width, cores, w.router);
    w.router.multiply(work.input, scores, 0, count, 0, count);
    float[] share = new float[rows * count];
    for (int r = 0; r < rows; r++) {
      route(spec, scores, share, r * count);
    }
    Arrays.fill(work.branch, 0, rows * width, 0);
    FeedForward.Dense inner = new FeedForward.Dense(spec.hidden(), spec.activation(), true, false);
    int[] chosen = new int[rows];
    float[] part = new float[rows * width];
    for (int e = 0; e < count; e++) {
      int n = 0;
      for (int r = 0; r < rows; r++) {
        if (share[r * count + e] != 0) {
          chosen[n++] = r;
        }
      }
      if (n > 0) {
        expert(w.expert(e), inner, chosen, n, width, part);
        for (int i = 0; i < n; i++) {
          VectorMath.addScaled(
              work.branch, chosen[i] * width, part, i * width, width, share[chosen[i] * count + e]);
        }
      }
    }
  }

  private void expert(
      Matrix[] w, FeedForward.Dense inner, int[] chosen, int n, int width, float[] part) {
    work.gathered = Workspace.atLeast(work.gathered, (long) n * width);
    for (int i = 0; i < n; i++) {
      System.arraycopy(work.normed, chosen[i] * width, work.gathered, i * width, width);
    }
    float[] none = {};
    inner(w[0], w[1], inner, none, none, work.gathered, n, width, inner.hidden());
    int hidden = inner.hidden();
    work.input.load(work.gate, 0, hidden, n, hidden, cores, w[2]);
    cores.forEach(
        width,
        Matrix.piece(n),
        (low, high, _) -> w[2].multiply(work.input, part, 0, width, low, high));
  }

  /** Softmax over all experts, the {@code used} largest kept; ties go to the lower number. */
  private static void route(FeedForward.Experts spec, float[] scores, float[] share, int at) {
    int count = spec.count();
    float largest = Float.NEGATIVE_INFINITY;
    for (int e = 0; e < count; e++) {
      largest = Math.max(largest, scores[at + e]);
    }
    double total = 0;
    double[] p = new double[count];
    for (int e = 0; e < count; e++) {
      p[e] = Math.exp(scores[at + e] - largest);
      total += p[e];
    }
    double kept = 0;
    boolean[] taken = new boolean[count];
    for (int u = 0; u < spec.used(); u++) {
      int best = -1;
      for (int e = 0; e < count; e++) {
        if (!taken[e] && (best < 0 || p[e] > p[best])) {
          best = e;
        }
      }
      taken[best] = true;
      kept += p[best];
    }
    for (int e = 0; e < count; e++) {
      share[at + e] = taken[e] ? (float) (p[e] / (spec.normalize() ? kept : total)) : 0;
    }
  }
}
