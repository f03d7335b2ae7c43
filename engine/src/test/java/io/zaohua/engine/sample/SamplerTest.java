package io.zaohua.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final TokenHistory NOTHING = TokenHistory.of();

  @Test
  void greedyTakesTheFirstOfEqualMaxima() {
    var greedy = Sampler.of(SamplingOptions.greedy());
    assertThat(greedy.choose(new float[] {1, 7, 3, 7}, NOTHING)).isEqualTo(1);
  }

  @Test
  void greedyObeysLogitBias() {
    var greedy = Sampler.of(SamplingOptions.greedy().withLogitBias(Map.of(2, 10.0)));
    assertThat(greedy.choose(new float[] {1, 7, 3, 7}, NOTHING)).isEqualTo(2);
  }

  @Test
  void aNegativeTemperatureIsGreedy() {
    var sampler = Sampler.of(SamplingOptions.plain().withTemperature(-1));
    assertThat(sampler.choose(new float[] {0, 0.1f, 0}, NOTHING)).isEqualTo(1);
  }

  @Test
  void sameSeedSameSequence() {
    var options = SamplingOptions.defaults().withSeed(7);
    assertThat(sequence(Sampler.of(options), 200)).isEqualTo(sequence(Sampler.of(options), 200));
  }

  @Test
  void anotherSeedAnotherSequence() {
    var options = SamplingOptions.defaults();
    assertThat(sequence(Sampler.of(options.withSeed(7)), 200))
        .isNotEqualTo(sequence(Sampler.of(options.withSeed(8)), 200));
  }

  @Test
  void aDrawnSeedRepeatsTheText() {
    var first = Sampler.of(SamplingOptions.defaults());
    var again = Sampler.of(SamplingOptions.defaults().withSeed(first.seed()));
    assertThat(sequence(first, 100)).isEqualTo(sequence(again, 100));
  }

  @Test
  void drawsFollowTheModelsDistribution() {
    double[] p = {0.4, 0.3, 0.2, 0.08, 0.02};
    assertThat(chiSquare(p, p, SamplingOptions.plain())).isLessThan(18.47); // 4 degrees, 0.001
  }

  @Test
  void temperatureTwoDrawsFromSquareRoots() {
    double[] p = {0.4, 0.3, 0.2, 0.08, 0.02};
    double sum = Arrays.stream(p).map(Math::sqrt).sum();
    double[] expected = Arrays.stream(p).map(x -> Math.sqrt(x) / sum).toArray();
    assertThat(chiSquare(p, expected, SamplingOptions.plain().withTemperature(2)))
        .isLessThan(18.47);
  }

  @Test
  void topKDrawsFromTheRenormalisedRest() {
    double[] expected = {0.4 / 0.9, 0.3 / 0.9, 0.2 / 0.9};
    assertThat(
            chiSquare(
                new double[] {0.4, 0.3, 0.2, 0.08, 0.02},
                expected,
                SamplingOptions.plain().withTopK(3)))
        .isLessThan(13.82); // 2 degrees, 0.001
  }

  @Test
  void onlyAllowedTokensAreDrawn() {
    var allowed = new BitSet();
    allowed.set(3);
    allowed.set(9);
    allowed.set(5000);
    var sampler =
        Sampler.of(SamplingOptions.plain().withSeed(1)).allowing(_ -> (BitSet) allowed.clone());
    assertThat(sequence(sampler, 300)).containsOnly(3, 9);
  }

  @Test
  void nothingAllowedIsTheUsersError() {
    var sampler = Sampler.of(SamplingOptions.defaults()).allowing(_ -> new BitSet());
    assertThatThrownBy(() -> sampler.choose(new float[] {1, 2}, NOTHING))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("forbidden");
  }

  @Test
  void notANumberIsReported() {
    for (var options : new SamplingOptions[] {SamplingOptions.greedy(), SamplingOptions.plain()}) {
      assertThatThrownBy(() -> Sampler.of(options).choose(new float[] {1, Float.NaN, 2}, NOTHING))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("NaN as the logit of token 1");
    }
  }

  @Test
  void infinityIsReported() {
    assertThatThrownBy(
            () ->
                Sampler.of(SamplingOptions.defaults())
                    .choose(new float[] {1, Float.POSITIVE_INFINITY}, NOTHING))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Infinity");
  }

  @Test
  void aTinyTemperatureStaysOnTheMaximum() {
    var sampler = Sampler.of(SamplingOptions.plain().withTemperature(1e-300).withSeed(3));
    assertThat(sampler.choose(new float[] {-5, 5, 4.999f}, NOTHING)).isEqualTo(1);
  }

  @Test
  void xtcAtProbabilityOneLeavesTheLeastLikelyOfTheLikely() {
    var options =
        SamplingOptions.plain().withXtc(new SamplingOptions.Xtc(1, 0.1)).withTopK(3).withSeed(1);
    double[] p = {0.5, 0.3, 0.2};
    assertThat(IntStream.range(0, 50).map(_ -> Sampler.of(options).choose(logits(p), NOTHING)))
        .containsOnly(2);
  }

  @Test
  void mirostatIgnoresCutsAndKeepsPenalties() {
    var options =
        SamplingOptions.defaults()
            .withTopK(1)
            .withMirostat(new SamplingOptions.Mirostat(2, 5, 0.1))
            .withLogitBias(Map.of(0, Double.NEGATIVE_INFINITY))
            .withSeed(5);
    var sampler = Sampler.of(options);
    var drawn = IntStream.range(0, 300).map(_ -> sampler.choose(new float[8], NOTHING)).boxed();
    assertThat(drawn.distinct()).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7);
  }

  @Test
  void aBiasOutsideTheVocabularyIsTheUsersError() {
    var sampler = Sampler.of(SamplingOptions.greedy().withLogitBias(Map.of(9, 1.0)));
    assertThatThrownBy(() -> sampler.choose(new float[3], NOTHING))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("between 0 and 2");
  }

  /** Draws of {@code count} tokens over seeded rows of 40 logits. */
  private static int[] sequence(Sampler sampler, int count) {
    var random = new Random(99);
    int[] drawn = new int[count];
    for (int i = 0; i < count; i++) {
      float[] row = new float[40];
      for (int j = 0; j < row.length; j++) {
        row[j] = (float) random.nextGaussian();
      }
      drawn[i] = sampler.choose(row, NOTHING);
    }
    return drawn;
  }

  private static double chiSquare(double[] model, double[] expected, SamplingOptions options) {
    int draws = 20_000;
    int[] counts = new int[model.length];
    var sampler = Sampler.of(options.withSeed(20261125));
    for (int i = 0; i < draws; i++) {
      counts[sampler.choose(logits(model), NOTHING)]++;
    }
    double sum = 0;
    for (int i = 0; i < model.length; i++) {
      double want = i < expected.length ? expected[i] * draws : 0;
      if (want == 0) {
        assertThat(counts[i]).isZero();
      } else {
        sum += (counts[i] - want) * (counts[i] - want) / want;
      }
    }
    return sum;
  }

  private static float[] logits(double[] probabilities) {
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(probabilities[i]);
    }
    return logits;
  }
}
