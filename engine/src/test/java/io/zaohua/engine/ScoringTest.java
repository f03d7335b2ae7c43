package io.zaohua.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.zaohua.engine.sample.LogProbs;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model asked what it thinks of given tokens. */
class ScoringTest {
  private static final int[] IDS = {3, 1, 4, 1, 5, 9, 2, 6};

  @TempDir private Path folder;

  @Test
  void eachTokenIsJudgedByTheRowBeforeIt() {
    try (LanguageModel model = TinyModel.load(TinyModel.write(folder, 3))) {
      double[] expected = new double[IDS.length - 1];
      model.logits(
          IDS,
          3,
          (_, row, values, offset) -> {
            if (row < expected.length) {
              float[] logits = Arrays.copyOfRange(values, offset, offset + TinyModel.VOCABULARY);
              expected[row] = LogProbs.top(logits, IDS[row + 1], 0).chosenLogProb();
            }
          });
      assertThat(model.logProbabilities(IDS)).containsExactly(expected, within(1e-6));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void aChunkWithoutRowsIsRefused(int chunk) {
    try (LanguageModel model = TinyModel.load(TinyModel.write(folder, 3))) {
      assertThatThrownBy(() -> model.logits(IDS, chunk, (_, _, _, _) -> {}))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
