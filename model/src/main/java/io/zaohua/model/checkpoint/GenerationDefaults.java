package io.zaohua.model.checkpoint;

import java.util.Optional;
import java.util.Set;

/**
 * What a model's makers recommend (generation_config.json, GGUF tokenizer metadata).
 *
 * @param temperature empty where nothing is said
 * @param endTokens ids that end an answer
 */
public record GenerationDefaults(
    Optional<Double> temperature,
    Optional<Double> topP,
    Optional<Integer> topK,
    Optional<Double> minP,
    Optional<Double> repetitionPenalty,
    Optional<Integer> beginToken,
    Set<Integer> endTokens) {
  public GenerationDefaults {
    endTokens = Set.copyOf(endTokens);
  }
}
