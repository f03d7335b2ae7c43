package io.zaohua.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.zaohua.model.UserError;
import org.junit.jupiter.api.Test;

class LogProbsTest {
  private static final float[] ROW = {
    (float) Math.log(1), (float) Math.log(4), (float) Math.log(2), (float) Math.log(3)
  };

  @Test
  void theChosenTokenHasItsLogProbability() {
    assertThat(LogProbs.top(ROW, 2, 0).chosenLogProb()).isCloseTo(Math.log(0.2), within(1e-7));
  }

  @Test
  void theLikeliestComeFirst() {
    assertThat(LogProbs.top(ROW, 2, 2).ids()).containsExactly(1, 3);
  }

  @Test
  void theyHaveTheirLogProbabilities() {
    var top = LogProbs.top(ROW, 2, 2).logProbs();
    assertThat(top.get(1)).isCloseTo(Math.log(0.3), within(1e-7));
  }

  @Test
  void theRowIsNotChanged() {
    float[] row = ROW.clone();
    LogProbs.top(row, 0, 3);
    assertThat(row).containsExactly(ROW);
  }

  @Test
  void hugeLogitsDoNotOverflow() {
    assertThat(LogProbs.top(new float[] {3e38f, 3e38f}, 0, 1).chosenLogProb()).isFinite();
  }

  @Test
  void moreThanTheVocabularyGivesAll() {
    assertThat(LogProbs.top(ROW, 0, 99).ids()).hasSize(4);
  }

  @Test
  void aTokenOutsideTheVocabularyIsTheUsersError() {
    assertThatThrownBy(() -> LogProbs.top(ROW, 4, 1)).isInstanceOf(UserError.class);
  }
}
