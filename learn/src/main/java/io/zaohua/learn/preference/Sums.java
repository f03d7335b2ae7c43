package io.zaohua.learn.preference;

import io.zaohua.learn.data.Batch;
import io.zaohua.learn.objective.Chunks;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Arrays;

/** Sums of log-probabilities over each row's answer, and its tokens. */
final class Sums {
  private final double[] logs;
  private final double[] tokens;

  private Sums(int rows) {
    logs = new double[rows];
    tokens = new double[rows];
  }

  static Sums of(Transformer model, Batch batch) {
    return of(Chunks.of(model, batch), batch.rows());
  }

  static Sums of(Chunks chunks, int rows) {
    Sums sums = new Sums(rows);
    double[] each = chunks.logs();
    for (int i = 0; i < each.length; i++) {
      sums.logs[chunks.row(i)] += each[i];
      sums.tokens[chunks.row(i)]++;
    }
    return sums;
  }

  /** F64 [rows]. */
  Tensor logs() {
    return Tensors.of(logs, logs.length);
  }

  /** Tokens of each answer, at least 1, F64 [rows]. */
  Tensor tokens() {
    return Tensors.of(Arrays.stream(tokens).map(t -> Math.max(1, t)).toArray(), tokens.length);
  }

  /**
   * Adds the gradients of a loss whose slope in each row's sum is known.
   *
   * @param slopes d loss / d sum, a row each
   * @param share what the routers' losses count
   */
  static void backward(Chunks chunks, double[] slopes, double share) {
    chunks.backward(
        (hidden, from, count) -> {
          float[] each = new float[count];
          for (int i = 0; i < count; i++) {
            each[i] = (float) slopes[chunks.row(from + i)];
          }
          return chunks.logs(hidden, from, count).mul(Tensors.of(each, count)).sum();
        },
        share);
  }
}
