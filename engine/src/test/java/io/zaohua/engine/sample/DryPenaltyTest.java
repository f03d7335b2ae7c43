package io.zaohua.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DryPenaltyTest {

  @Test
  void theTokenThatCarriesOnARunLosesByItsLength() {
    // 1 2 3 stood before 4 and ends the context: 4 loses 0.5 * 2^(3 - 2); 3 follows nothing.
    assertThat(after(dry(0.5, 2, 2), DryBreakers.NONE, 1, 2, 3, 4, 1, 2, 3))
        .containsExactly(0, 0, 0, 0, -1, 0);
  }

  @Test
  void aRunOfTheAllowedLengthLosesTheMultiplier() {
    assertThat(after(dry(0.5, 2, 2), DryBreakers.NONE, 1, 2, 3, 0, 1, 2))
        .containsExactly(0, 0, 0, -0.5f, 0, 0);
  }

  @Test
  void aShorterRunIsFree() {
    assertThat(after(dry(0.5, 2, 2), DryBreakers.NONE, 1, 2, 3, 0, 4, 2))
        .containsExactly(0, 0, 0, 0, 0, 0);
  }

  @Test
  void theLongestRunBeforeATokenCounts() {
    // 5 after (2 3) and after (1 2 3); the second costs 1 * 2^(3 - 2).
    assertThat(after(dry(1, 2, 2), DryBreakers.NONE, 1, 2, 3, 5, 0, 2, 3, 5, 4, 1, 2, 3)[5])
        .isEqualTo(-2);
  }

  @Test
  void overlappingRunsCount() {
    // 1 1 1 1: a run of three ends before the last one, and 1 carries it on: 1 * 2^(3 - 2).
    assertThat(after(dry(1, 2, 2), DryBreakers.NONE, 1, 1, 1, 1)[1]).isEqualTo(-2);
  }

  @Test
  void noRunGoesBackPastABreaker() {
    var breakers = DryBreakers.of(List.of(List.of(1)));
    // Only 2 3 stand after the breaker 1: 1 * 2^(2 - 2).
    assertThat(after(dry(1, 2, 2), breakers, 1, 2, 3, 4, 1, 2, 3)[4]).isEqualTo(-1);
  }

  @Test
  void aBreakerOfTwoTokensStopsARun() {
    var breakers = DryBreakers.of(List.of(List.of(2, 3)));
    assertThat(after(dry(1, 2, 2), breakers, 1, 2, 3, 4, 1, 2, 3)[4]).isZero();
  }

  @Test
  void aBreakerItselfIsNotPenalised() {
    var breakers = DryBreakers.of(List.of(List.of(4)));
    assertThat(after(dry(1, 2, 2), breakers, 4, 1, 2, 3, 4, 5, 1, 2, 3)[4]).isZero();
  }

  @Test
  void onlyTheLastTokensAreSearched() {
    var options = new SamplingOptions.Dry(1, 2, 2, 5, List.of());
    assertThat(after(options, DryBreakers.NONE, 1, 2, 3, 4, 1, 2, 3)[4]).isZero();
  }

  @Test
  void aVeryLongRunStaysFinite() {
    int[] same = new int[5000];
    assertThat(after(dry(1000, 100, 0), DryBreakers.NONE, same)[0]).isFinite().isLessThan(-1e38f);
  }

  @Test
  void runsEqualThoseCountedOneByOne() {
    var random = new Random(4);
    for (int trial = 0; trial < 200; trial++) {
      int[] context = IntStream.range(0, 40).map(_ -> random.nextInt(3)).toArray();
      assertThat(after(dry(1, 1.5, 1), DryBreakers.NONE, context))
          .containsExactly(oneByOne(context));
    }
  }

  @Test
  void aTextIsABreakerInsideATokenAndAcrossTokens() {
    List<String> pieces = List.of("a", "x::y", "b:", "::", ":c");
    var breakers =
        DryBreakers.of(List.of("::"), pieces.size(), pieces::get, text -> List.of(text.length()));
    assertThat(breakers).isEqualTo(DryBreakers.of(List.of(List.of(1), List.of(3), List.of(2, 1))));
  }

  private static float[] oneByOne(int[] context) {
    float[] expected = new float[6];
    for (int end = 1; end < context.length; end++) { // context[end] would be said again
      int run = 0;
      while (run < end && context[end - 1 - run] == context[context.length - 1 - run]) {
        run++;
      }
      if (run >= 1) {
        float penalty = (float) Math.pow(1.5, run - 1);
        expected[context[end]] = Math.min(expected[context[end]], -penalty);
      }
    }
    return expected;
  }

  private static SamplingOptions.Dry dry(double multiplier, double base, int allowed) {
    return new SamplingOptions.Dry(multiplier, base, allowed, -1, List.of());
  }

  private static float[] after(SamplingOptions.Dry options, DryBreakers breakers, int... context) {
    float[] logits = new float[6];
    new DryPenalty(options, breakers).apply(logits, TokenHistory.of(context));
    return logits;
  }
}
