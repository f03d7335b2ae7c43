package io.zaohua.learn.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.zaohua.learn.Slopes;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RoutingTest {
  private static final double[] LOGITS = {0.4, -0.2, 1.1, 0.3, 0.9, -1, 2, 0, 0.1, -0.3, 0.2, 0.7};
  private static final long[] CHOSEN = {2, 0, 1, 0, 0, 2, 2, 1}; // four positions, two each

  @Test
  void evenProbabilitiesCostTheNumberOfChoices() {
    try (Scope _ = Scope.open("test")) {
      Routing routing = new Routing(Optional.empty(), 4);
      Tensor logits = Tensors.of(new double[12], 4, 3);
      routing.add(logits, Functional.softmax(logits, -1), CHOSEN, 2);
      assertThat(cost(routing, new Routing.Weights(1, 0)).item()).isCloseTo(2, within(1e-6));
    }
  }

  @Test
  void theLossIsTheFormulaOverAllLayersAndRealPositions() {
    try (Scope _ = Scope.open("test")) {
      double[] real = {1, 1, 1, 0};
      Routing routing = new Routing(Optional.of(Tensors.of(real, 4, 1)), 3);
      Tensor logits = Tensors.of(LOGITS, 4, 3);
      Tensor odds = Functional.softmax(logits, -1);
      routing.add(logits, odds, CHOSEN, 2);
      Tensor other = logits.neg();
      routing.add(other, Functional.softmax(other, -1), new long[] {1, 0, 1, 0, 1, 0, 1, 0}, 2);

      double[] f = {(3 + 3) / 6.0, (1 + 3) / 6.0, 2 / 6.0}; // choices of positions 0 to 2
      double balance = 0;
      double z = 0;
      for (int sign = 1; sign >= -1; sign -= 2) {
        for (int n = 0; n < 3; n++) {
          double sum = 0;
          for (int e = 0; e < 3; e++) {
            sum += Math.exp(sign * LOGITS[n * 3 + e]);
          }
          for (int e = 0; e < 3; e++) {
            balance += 3 * f[e] * Math.exp(sign * LOGITS[n * 3 + e]) / sum / 6;
          }
          z += Math.log(sum) * Math.log(sum) / 6;
        }
      }
      assertThat(cost(routing, new Routing.Weights(1, 0)).item()).isCloseTo(balance, within(1e-6));
      assertThat(cost(routing, new Routing.Weights(0, 1)).item()).isCloseTo(z, within(1e-6));
    }
  }

  @Test
  void theGradientIsItsSlope() {
    Slopes.check(
        LOGITS,
        flat -> {
          Routing routing = new Routing(Optional.empty(), 4);
          Tensor logits = flat.reshape(4, 3);
          routing.add(logits.mul(1), Functional.softmax(logits, -1), CHOSEN, 2);
          return cost(routing, new Routing.Weights(0.7, 0.2));
        });
  }

  private static Tensor cost(Routing routing, Routing.Weights weights) {
    float[] shares = routing.shares();
    return routing.loss(weights, Tensors.of(shares, shares.length), routing.size());
  }
}
