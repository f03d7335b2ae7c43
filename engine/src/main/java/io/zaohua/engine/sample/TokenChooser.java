package io.zaohua.engine.sample;

/** Picks the next token of one sequence. */
@FunctionalInterface
public interface TokenChooser {
  /**
   * The chosen id.
   *
   * @param logits one per token of the vocabulary; the chooser's to change
   * @param context everything before the chosen token
   */
  int choose(float[] logits, TokenHistory context);
}
