package io.zaohua.learn.reinforce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.zaohua.learn.Slopes;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import org.junit.jupiter.api.Test;

final class GrpoLossTest {
  private static final double[] LOGS = {-1, -0.9, -2.5, -1.2};
  private static final double[] DRAWN = {-1.1, -1.6, -2, -1.19};
  private static final double[] REFERENCE = {-1.4, -0.7, -2.2, -1.3};
  private static final double[] ADVANTAGES = {1.5, 0.7, -1, -0.5};

  @Test
  void theGradientIsItsSlope() {
    Slopes.check(LOGS, logs -> loss(new GrpoLoss(0.2, 0.3, 0.1), logs));
  }

  @Test
  void aRatioCountsNoFurtherThanTheClip() {
    try (Scope _ = Scope.open("test")) {
      double[] made = loss(new GrpoLoss(0.2, 0.3, 0), Tensors.of(LOGS, 4)).toDoubles();
      assertThat(made)
          .containsExactly(
              new double[] {-1.5 * Math.exp(0.1), -0.7 * 1.3, 0.8, 0.5 * Math.exp(-0.01)},
              within(1e-12));
    }
  }

  @Test
  void theDivergenceIsZeroOnlyWhereBothAgree() {
    try (Scope _ = Scope.open("test")) {
      Tensor logs = Tensors.of(LOGS, 4);
      assertThat(GrpoLoss.divergence(logs, logs).toDoubles()).containsOnly(0);
      for (double each : GrpoLoss.divergence(logs, Tensors.of(REFERENCE, 4)).toDoubles()) {
        assertThat(each).isPositive();
      }
    }
  }

  @Test
  void advantagesAreThoseWithinAGroup() {
    double[] rewards = {1, 0, 0, 0, 2, 2, 2, 2};
    assertThat(Advantages.of(rewards, 4, false))
        .containsExactly(0.75, -0.25, -0.25, -0.25, 0, 0, 0, 0);
    assertThat(Advantages.of(rewards, 4, true)[0]).isCloseTo(0.75 / 0.5001, within(1e-12));
  }

  private static Tensor loss(GrpoLoss loss, Tensor logs) {
    return loss.apply(
        logs, Tensors.of(DRAWN, 4), Tensors.of(REFERENCE, 4), Tensors.of(ADVANTAGES, 4));
  }
}
