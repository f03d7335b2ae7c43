package io.zaohua.engine.sample;

/** Picks the next token. Samplers are choosers; so is anything of the caller's own. */
@FunctionalInterface
public interface TokenChooser {
  /** The most likely token; the lower id where two are equal. */
  TokenChooser GREEDY =
      (logits, _) -> {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
          if (logits[i] > logits[best]) {
            best = i;
          }
        }
        return best;
      };

  /**
   * @param logits [vocabulary], the chooser's to change
   * @param context the tokens so far, prompt included
   */
  int choose(float[] logits, TokenHistory context);
}
