package io.zaohua.engine.sample;

import java.util.List;

/** What beam search needs of a model: rows of sequences that fork. */
public interface BeamModel {
  /** Logits [vocabulary] after the prompt: one row. */
  float[] start();

  /**
   * Replaces all rows. New row {@code i} is the old row {@code parents.get(i)} followed by {@code
   * tokens.get(i)}: a parent named twice is forked, one not named is dropped.
   *
   * @return logits [vocabulary] of each new row; read before the next call only
   */
  List<float[]> advance(List<Integer> parents, List<Integer> tokens);
}
