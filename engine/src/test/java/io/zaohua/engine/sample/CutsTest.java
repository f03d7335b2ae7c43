package io.zaohua.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CutsTest {

  @Test
  void topKKeepsTheLikeliestInOrder() {
    assertThat(kept(new TopK(3), 0.1, 0.4, 0.2, 0.3)).containsExactly(1, 3, 2);
  }

  @Test
  void topKPrefersLowerIdsAmongEquals() {
    assertThat(kept(new TopK(2), 0.25, 0.25, 0.25, 0.25)).containsExactly(0, 1);
  }

  @Test
  void topKOfMoreThanThereAreKeepsAll() {
    assertThat(kept(new TopK(9), 0.1, 0.9)).containsExactly(1, 0);
  }

  @Test
  void topKEqualsAFullSort() {
    var random = new Random(11);
    float[] row = new float[5000];
    for (int i = 0; i < row.length; i++) {
      row[i] = (random.nextInt(2000) - 1000) / 100f; // many ties, both signs
    }
    List<Integer> expected =
        IntStream.range(0, row.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -(double) row[i]))
            .limit(300)
            .toList();
    assertThat(kept(new TopK(300), row)).isEqualTo(expected);
  }

  @Test
  void topPKeepsTheFewestThatReachTheSum() {
    assertThat(kept(new TopP(0.7), 0.1, 0.4, 0.2, 0.3)).containsExactly(1, 3);
    assertThat(kept(new TopP(0.71), 0.1, 0.4, 0.2, 0.3)).containsExactly(1, 3, 2);
  }

  @Test
  void topPOfZeroKeepsOne() {
    assertThat(kept(new TopP(0), 0.1, 0.4, 0.2, 0.3)).containsExactly(1);
  }

  @Test
  void topPOfAWideRowEqualsAFullSort() {
    var random = new Random(12);
    float[] row = new float[20_000];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) random.nextGaussian() * 3;
    }
    var sorted = candidates(row);
    sorted.sort();
    double total = sorted.total();
    double sum = 0;
    int expected = 0;
    while (sum < 0.9 * total) {
      sum += sorted.weight(expected++);
    }
    assertThat(kept(new TopP(0.9), row)).hasSize(expected);
  }

  @Test
  void minPKeepsAShareOfTheLikeliest() {
    assertThat(kept(new MinP(0.26), 0.1, 0.4, 0.2, 0.3)).containsExactly(1, 2, 3);
  }

  @Test
  void minPOfOneKeepsTheLikeliest() {
    assertThat(kept(new MinP(1), 0.1, 0.4, 0.2, 0.3)).containsExactly(1);
  }

  @Test
  void typicalKeepsTheTokenOfExpectedSurprise() {
    // Entropy of (0.7, 0.2, 0.1) is 0.802 nats; surprises 0.357, 1.609, 2.303: distances 0.445,
    // 0.808, 1.501.
    assertThat(kept(new Typical(0.69), 0.1, 0.7, 0.2)).containsExactly(1);
    assertThat(kept(new Typical(0.71), 0.1, 0.7, 0.2)).containsExactly(1, 2);
  }

  @Test
  void typicalCanDropTheLikeliest() {
    // Entropy 1.975; surprises 0.916 (distance 1.059) and 2.303 (0.328) for the six others.
    assertThat(kept(new Typical(0.5), 0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1)).doesNotContain(0);
  }

  @Test
  void xtcDropsAllLikelyTokensButTheLast() {
    var always = new ExcludeTop(1, 0.15, new SplitMix64(1));
    assertThat(kept(always, 0.1, 0.4, 0.2, 0.3)).containsExactly(2, 0);
  }

  @Test
  void xtcWithOneLikelyTokenDropsNone() {
    var always = new ExcludeTop(1, 0.35, new SplitMix64(1));
    assertThat(kept(always, 0.1, 0.4, 0.2, 0.3)).containsExactlyInAnyOrder(0, 1, 2, 3);
  }

  @Test
  void xtcActsAsOftenAsItsProbability() {
    var sometimes = new ExcludeTop(0.25, 0.1, new SplitMix64(5));
    long acted =
        IntStream.range(0, 4000).filter(_ -> kept(sometimes, 0.6, 0.4).size() == 1).count();
    assertThat(acted).isBetween(910L, 1090L); // 1000, three standard deviations of 27
  }

  @Test
  void temperatureRaisesProbabilitiesToItsInverse() {
    var candidates = candidates(0.8, 0.2);
    new Temperature(0.5).apply(candidates);
    // 0.64 : 0.04
    assertThat(candidates.weight(0) / candidates.total()).isCloseTo(0.64 / 0.68, within(1e-6));
  }

  @Test
  void mirostatDropsWhatIsMoreSurprisingThanTwiceTau() {
    // mu is 2 bits: 0.25 stays, 0.2 goes.
    var draw = new MirostatDraw(new SamplingOptions.Mirostat(2, 1, 0.1), new SplitMix64(3));
    var candidates = candidates(0.3, 0.2501, 0.2, 0.2499);
    draw.from(candidates);
    assertThat(ids(candidates)).containsExactly(0, 1);
  }

  @Test
  void mirostatMovesTowardsTau() {
    // One candidate of probability 1 has no surprise: mu rises by eta * tau.
    var draw = new MirostatDraw(new SamplingOptions.Mirostat(2, 5, 0.1), new SplitMix64(3));
    draw.from(candidates(1.0));
    assertThat(draw.mu()).isCloseTo(10.5, within(1e-12));
  }

  @Test
  void theGeneratorGivesThePublishedNumbers() {
    // Vigna's splitmix64.c from state 1234567.
    var random = new SplitMix64(1234567);
    assertThat(random.nextLong()).isEqualTo(6457827717110365317L);
    assertThat(random.nextLong()).isEqualTo(3203168211198807973L);
  }

  private static List<Integer> kept(Cut cut, double... probabilities) {
    var candidates = candidates(probabilities);
    cut.apply(candidates);
    return ids(candidates);
  }

  private static List<Integer> kept(Cut cut, float[] row) {
    var candidates = candidates(row);
    cut.apply(candidates);
    return ids(candidates);
  }

  private static List<Integer> ids(Candidates candidates) {
    return IntStream.range(0, candidates.size()).map(candidates::id).boxed().toList();
  }

  private static Candidates candidates(double... probabilities) {
    float[] row = new float[probabilities.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) Math.log(probabilities[i]);
    }
    return candidates(row);
  }

  private static Candidates candidates(float[] row) {
    var candidates = new Candidates();
    candidates.start(row);
    return candidates;
  }
}
