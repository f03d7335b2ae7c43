package io.zaohua.learn.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.zaohua.learn.Slopes;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class LossSlopesTest {
  private static final double[] SUMS = {-3.2, -4.1, -2.5, -6.0};

  static Stream<PreferenceLoss> losses() {
    return Stream.of(
        PreferenceLoss.dpo(0.3),
        PreferenceLoss.hinge(0.3),
        PreferenceLoss.ipo(0.2),
        PreferenceLoss.simpo(2, 0.5),
        PreferenceLoss.orpo().times(0.1).alsoLearning(1));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void theGradientOfALossOnPairsIsItsSlope(PreferenceLoss loss) {
    Slopes.check(SUMS, sums -> loss.apply(pairs(sums)));
  }

  @Test
  void theGradientOfTheLossOfJudgedAnswersIsItsSlope() {
    Kto loss = new Kto(0.4, 1, 1.5);
    Slopes.check(SUMS, sums -> loss.apply(sums, Tensors.of(new double[] {1, -1, -1, 1}, 4), 0.3));
  }

  @Test
  void judgedAnswersAtTheReferencePointLoseHalfTheirWeight() {
    try (Scope _ = Scope.open("test")) {
      Tensor ratios = Tensors.of(new double[] {0.3, 0.3, 1.3}, 3);
      Tensor signs = Tensors.of(new double[] {1, -1, -1}, 3);
      assertThat(new Kto(0.1, 2, 3).apply(ratios, signs, 0.3).toDoubles())
          .containsExactly(new double[] {1, 1.5, 3 * (1 - 1 / (1 + Math.exp(0.1)))}, within(1e-12));
    }
  }

  @Test
  void theReferencePointIsNeverBelowZero() {
    assertThat(Kto.point(new double[] {-3, 1})).isZero();
    assertThat(Kto.point(new double[] {3, 1})).isEqualTo(2);
  }

  private static Pairs pairs(Tensor sums) {
    return new Pairs(
        sums.slice(0, 0, 2),
        sums.slice(0, 2, 4),
        Tensors.of(new double[] {3, 4}, 2),
        Tensors.of(new double[] {2, 5}, 2),
        Optional.of(
            new Pairs.Reference(
                Tensors.of(new double[] {-3, -4.4}, 2), Tensors.of(new double[] {-2.6, -5.5}, 2))));
  }
}
