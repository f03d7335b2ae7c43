package io.zaohua.engine.sample;

/** A part that changes logits by token id, before any candidate is dropped. */
@FunctionalInterface
interface LogitRule {
  /** Changes {@code logits} [vocabulary] in place. */
  void apply(float[] logits, TokenHistory context);
}
