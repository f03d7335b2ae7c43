package io.zaohua.engine.sample;

import java.util.BitSet;

/** What may come next, as a grammar sees it. */
@FunctionalInterface
public interface AllowedTokens {
  /** The ids that may follow {@code context}; everything else gets no probability. */
  BitSet after(TokenHistory context);
}
