package io.zaohua.learn.reinforce;

import io.zaohua.learn.stack.Transformer;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Answers drawn from the stack that is being trained, with the weights it has now. The whole
 * sequence goes through the stack for each token: right for short answers, slow for long ones.
 */
public final class Rollout {
  private final Transformer model;
  private final int length;
  private final double temperature;
  private final int end;

  /**
   * @param length tokens of an answer at most
   * @param end the token that ends an answer, -1 for none
   */
  public Rollout(Transformer model, int length, double temperature, int end) {
    this.model = model;
    this.length = length;
    this.temperature = temperature;
    this.end = end;
  }

  /**
   * Draws an answer for each prompt; all prompts have the same number of tokens.
   *
   * @return the answers' ids, the end token among them where one was drawn
   */
  public int[][] draw(int[][] prompts, SplittableRandom random) {
    int rows = prompts.length;
    int start = prompts[0].length;
    long[][] ids = new long[rows][start + length];
    int[] sizes = new int[rows];
    Arrays.fill(sizes, length);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < start; i++) {
        ids[row][i] = prompts[row][i];
      }
    }
    int open = rows;
    for (int at = 0; at < length && open > 0; at++) {
      int now = start + at;
      float[] logits = last(ids, now);
      int vocabulary = logits.length / rows;
      for (int row = 0; row < rows; row++) {
        int token = choose(logits, row * vocabulary, vocabulary, random.nextDouble());
        if (sizes[row] == length) { // still open
          ids[row][now] = token;
          if (token == end) {
            sizes[row] = at + 1;
            open--;
          }
        }
      }
    }
    int[][] answers = new int[rows][];
    for (int row = 0; row < rows; row++) {
      answers[row] =
          Arrays.stream(ids[row], start, start + sizes[row]).mapToInt(i -> (int) i).toArray();
    }
    return answers;
  }

  /** Logits after the first {@code now} tokens of each row, [rows, vocabulary]. */
  private float[] last(long[][] ids, int now) {
    try (Scope _ = Scope.open("next token");
        Autograd _ = Autograd.off()) {
      long[] flat = Arrays.stream(ids).flatMapToLong(r -> Arrays.stream(r, 0, now)).toArray();
      Tensor hidden = model.hidden(Tensors.of(flat, ids.length, now)); // [rows, now, width]
      Tensor last = hidden.slice(1, now - 1L, now).reshape(ids.length, hidden.size(-1));
      return model.head(last).toFloats();
    }
  }

  /** The token at this place of the distribution, from 0 to below 1; temperature 0: the best. */
  private int choose(float[] logits, int from, int count, double place) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      best = logits[from + i] > logits[from + best] ? i : best;
    }
    if (temperature == 0) {
      return best;
    }
    double top = logits[from + best];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Math.exp((logits[from + i] - top) / temperature);
    }
    double left = place * sum;
    for (int i = 0; i < count; i++) {
      left -= Math.exp((logits[from + i] - top) / temperature);
      if (left < 0) {
        return i;
      }
    }
    return best;
  }
}
