package io.zaohua.engine.sample;

import java.util.Arrays;
import java.util.BitSet;

/** Forbids what {@link AllowedTokens} does not allow. */
record AllowedOnly(AllowedTokens allowed) implements LogitRule {
  @Override
  public void apply(float[] logits, TokenHistory context) {
    BitSet may = allowed.after(context);
    int from = may.nextClearBit(0);
    while (from < logits.length) {
      int next = may.nextSetBit(from);
      int to = next < 0 ? logits.length : Math.min(next, logits.length);
      Arrays.fill(logits, from, to, Float.NEGATIVE_INFINITY);
      from = may.nextClearBit(to);
    }
  }
}
