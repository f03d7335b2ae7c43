package io.zaohua.model.tokenizer;

import java.util.OptionalInt;
import java.util.Set;

/**
 * The ids with a meaning of their own.
 *
 * @param bos begins a text
 * @param eos ends a text
 * @param eot ends a turn of a chat
 * @param unknown stands for text outside the vocabulary
 * @param pad fills up batches
 * @param ends every id at which generation stops, eos and eot among them
 */
public record SpecialTokens(
    OptionalInt bos,
    OptionalInt eos,
    OptionalInt eot,
    OptionalInt unknown,
    OptionalInt pad,
    Set<Integer> ends) {
  public SpecialTokens {
    ends = Set.copyOf(ends);
  }

  /** None at all. */
  public static final SpecialTokens NONE =
      new SpecialTokens(
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          Set.of());
}
