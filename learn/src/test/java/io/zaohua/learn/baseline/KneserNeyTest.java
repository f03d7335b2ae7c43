package io.zaohua.learn.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.List;
import org.junit.jupiter.api.Test;

final class KneserNeyTest {
  /**
   * Tokens 0 and 1; bigrams 0 1 (twice), 1 0, 0 0; each document's first token counts by itself.
   */
  private static final List<int[]> TEXT = List.of(new int[] {0, 1, 0}, new int[] {0, 0, 1});

  @Test
  void aCaseByHand() {
    KneserNey model = KneserNey.of(TEXT, 2, 2);
    // bigrams: 01 twice, 10 once, 00 once: D2 = 2 / (2 + 2) = 1/2.
    // unigrams: two starts of 0, and 0 after 1, 0 after 0, 1 after 0: 4 of 0, 1 of 1: D1 = 1.
    // p(1) = 0/5 + 1 * 2/5 * 1/2 = 1/5; p(1|0) = (2 - 1/2)/3 + 1/2 * 2/3 * 1/5 = 17/30
    assertThat(model.probability(new int[] {0, 1}, 1)).isCloseTo(17.0 / 30, offset(1e-12));
  }

  @Test
  void probabilitiesAddUpToOne() {
    KneserNey model = KneserNey.of(TEXT, 3, 4);
    for (int[] before : List.of(new int[] {0, 1, 0}, new int[] {3, 2, 0}, new int[] {1, 1, 0})) {
      double sum = 0;
      for (int next = 0; next < 4; next++) {
        sum += model.probability(new int[] {before[0], before[1], next}, 2);
      }
      assertThat(sum).isCloseTo(1, offset(1e-12));
    }
  }

  @Test
  void bitsAreThoseOfTheProbabilities() {
    KneserNey model = KneserNey.of(TEXT, 2, 2);
    assertThat(model.bits(new int[] {0, 1}, 1))
        .isCloseTo(-Math.log(17.0 / 30) / Math.log(2), offset(1e-12));
  }
}
