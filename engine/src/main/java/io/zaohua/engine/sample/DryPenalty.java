package io.zaohua.engine.sample;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * DRY: a token that would carry on a run which already stood in the context loses logits, the more
 * the longer the run (p-e-w's proposal, text-generation-webui #5677; counted as llama.cpp does).
 */
final class DryPenalty implements LogitRule {
  // Past this exponent a float would overflow: ln(Float.MAX_VALUE).
  private static final double LARGEST_LOG = 88.7228391;

  private final SamplingOptions.Dry options;
  private final DryBreakers breakers;
  private int[] backwards = {};
  private int[] runs = {};

  DryPenalty(SamplingOptions.Dry options, DryBreakers breakers) {
    this.options = options;
    this.breakers = breakers;
  }

  @Override
  public void apply(float[] logits, TokenHistory context) {
    int count =
        options.lastN() < 0 ? context.length() : Math.min(context.length(), options.lastN());
    if (count <= options.allowedLength()) {
      return;
    }
    read(context, count);
    int limit = tokensSinceBreaker(count);
    if (limit < options.allowedLength()) {
      return;
    }
    measureRuns(count);
    longestByNextToken(count, limit)
        .forEach(
            (token, run) -> {
              if (!breakers.single(token)) {
                logits[token] -= penalty(run);
              }
            });
  }

  private void read(TokenHistory context, int count) {
    if (backwards.length < count) {
      backwards = new int[Math.max(count, 2 * backwards.length)];
      runs = new int[backwards.length];
    }
    for (int i = 0; i < count; i++) {
      backwards[i] = context.get(context.length() - 1 - i);
    }
  }

  /** How many tokens stand after the last breaker: no run counts for more. */
  private int tokensSinceBreaker(int count) {
    for (int i = 0; i < count; i++) {
      int longest = -1;
      for (List<Integer> tail : breakers.tails().getOrDefault(backwards[i], Set.of())) {
        if (tail.size() > longest && follows(tail, i)) {
          longest = tail.size();
        }
      }
      if (longest >= 0) {
        return i - longest;
      }
    }
    return count;
  }

  /** Whether {@code tail} stands right after the token {@code head} places from the end. */
  private boolean follows(List<Integer> tail, int head) {
    if (tail.size() > head) {
      return false;
    }
    for (int i = 0; i < tail.size(); i++) {
      if (tail.get(i) != backwards[head - 1 - i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * runs[k]: how many tokens before and at place k from the end equal those at the end (the
   * Z-algorithm, Gusfield 1997, over the context read backwards; linear).
   */
  private void measureRuns(int count) {
    int left = 0;
    int right = 0; // [left, right) is the match that reaches furthest
    for (int k = 1; k < count; k++) {
      int run = k < right ? Math.min(right - k, runs[k - left]) : 0;
      while (k + run < count && backwards[run] == backwards[k + run]) {
        run++;
      }
      runs[k] = run;
      if (k + run > right) {
        left = k;
        right = k + run;
      }
    }
  }

  private Map<Integer, Integer> longestByNextToken(int count, int limit) {
    var longest = new HashMap<Integer, Integer>();
    for (int k = 1; k < count; k++) {
      int run = Math.min(runs[k], limit);
      if (run >= options.allowedLength()) {
        longest.merge(backwards[k - 1], run, Math::max);
      }
    }
    return longest;
  }

  private float penalty(int run) {
    double exponent = run - options.allowedLength();
    if (options.base() > 1.000001) {
      exponent = Math.min(exponent, (int) (LARGEST_LOG / StrictMath.log(options.base())));
    }
    double penalty = options.multiplier() * StrictMath.pow(options.base(), exponent);
    return (float) Math.min(penalty, Float.MAX_VALUE);
  }
}
