package io.zaohua.engine.sample;

import java.util.Arrays;

/**
 * Repetition (Keskar et al. 2019, arXiv 1909.05858, with llama.cpp's multiplication of negative
 * logits), presence and frequency penalties over the last tokens of the context.
 */
final class TokenPenalties implements LogitRule {
  private final SamplingOptions.Penalties options;
  private int[] recent = {};

  TokenPenalties(SamplingOptions.Penalties options) {
    this.options = options;
  }

  @Override
  public void apply(float[] logits, TokenHistory context) {
    int length = context.length();
    int count = options.lastN() < 0 ? length : Math.min(length, options.lastN());
    if (recent.length < count) {
      recent = new int[Math.max(count, 2 * recent.length)];
    }
    for (int i = 0; i < count; i++) {
      recent[i] = context.get(length - count + i);
    }
    Arrays.sort(recent, 0, count);
    for (int i = 0; i < count; ) {
      int end = i + 1;
      while (end < count && recent[end] == recent[i]) {
        end++;
      }
      logits[recent[i]] = penalised(logits[recent[i]], end - i);
      i = end;
    }
  }

  private float penalised(float logit, int times) {
    double scaled = logit > 0 ? logit / options.repetition() : logit * options.repetition();
    return (float) (scaled - times * options.frequency() - options.presence());
  }
}
