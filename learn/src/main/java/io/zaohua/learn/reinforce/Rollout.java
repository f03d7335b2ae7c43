package io.zaohua.learn.reinforce;

import io.zaohua.learn.stack.Continuation;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensors;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Answers drawn from the stack that is being trained, with the weights it has now. */
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
    int[][] answers = new int[rows][length];
    int[] sizes = new int[rows];
    Arrays.fill(sizes, length);
    long[] piece = Arrays.stream(prompts).flatMapToInt(Arrays::stream).asLongStream().toArray();
    int open = rows;
    try (Scope _ = Scope.open("answers");
        Autograd _ = Autograd.off()) {
      Continuation text = new Continuation(model);
      for (int at = 0; at < length && open > 0; at++) {
        float[] logits = after(text, piece, rows);
        int vocabulary = logits.length / rows;
        piece = new long[rows]; // an answer that has ended goes on with zeros nobody reads
        for (int row = 0; row < rows; row++) {
          int token = choose(logits, row * vocabulary, vocabulary, random.nextDouble());
          if (sizes[row] == length) { // still open
            answers[row][at] = token;
            piece[row] = token;
            if (token == end) {
              sizes[row] = at + 1;
              open--;
            }
          }
        }
      }
    }
    for (int row = 0; row < rows; row++) {
      answers[row] = Arrays.copyOf(answers[row], sizes[row]);
    }
    return answers;
  }

  /** Logits after the next tokens of each row, [rows, vocabulary]. */
  private static float[] after(Continuation text, long[] piece, int rows) {
    try (Scope _ = Scope.open("next token")) {
      return text.next(Tensors.of(piece, rows, piece.length / rows)).toFloats();
    }
  }

  /** The token at this place of the distribution, from 0 to below 1; temperature 0: the best. */
  int choose(float[] logits, int from, int count, double place) {
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
