package io.zaohua.engine.sample;

import io.zaohua.model.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * What the model thought of a token: natural logarithms of probabilities of its own distribution,
 * before any sampling part.
 *
 * @param chosen the token asked about
 * @param chosenLogProb its log-probability
 * @param ids the likeliest tokens, most probable first
 * @param logProbs theirs, in the same order
 */
public record LogProbs(int chosen, double chosenLogProb, List<Integer> ids, List<Double> logProbs) {
  public LogProbs {
    ids = List.copyOf(ids);
    logProbs = List.copyOf(logProbs);
  }

  /**
   * The log-probability of {@code chosen} and of the {@code n} likeliest. Reads {@code logits}
   * [vocabulary] as the model gave them: a {@link TokenChooser} may have changed the row it saw.
   */
  public static LogProbs top(float[] logits, int chosen, int n) {
    Bounds.atLeast("logprobs", n, 0, 0);
    if (chosen < 0 || chosen >= logits.length) {
      throw Bounds.outside(
          "token id",
          Integer.toString(chosen),
          Message.of("between 0 and %d", "在 0 与 %d 之间", logits.length - 1),
          0);
    }
    Logits.check(logits);
    double logSum = Logits.logSumExp(logits, 0, logits.length);
    var ids = new ArrayList<Integer>();
    var logProbs = new ArrayList<Double>();
    if (n > 0) {
      var best = new Candidates();
      best.start(logits);
      best.keepTop(n);
      for (int i = 0; i < best.size(); i++) {
        ids.add(best.id(i));
        logProbs.add(best.logit(i) - logSum);
      }
    }
    return new LogProbs(chosen, logits[chosen] - logSum, ids, logProbs);
  }
}
