package io.zaohua.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Five AdamW steps of a two-layer network, beside the same in plain Java without autograd. */
final class TwoLayersTest {
  private static final int ROWS = 6;
  private static final int IN = 4;
  private static final int HIDDEN = 5;
  private static final int CLASSES = 3;
  private static final int STEPS = 5;
  private static final double RATE = 0.05;
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.95;
  private static final double EPS = 1e-8;
  private static final double DECAY = 0.1;

  private final Random random = new Random(11);
  private final double[] x = random.doubles(ROWS * IN, -1, 1).toArray();
  private final long[] y = random.longs(ROWS, 0, CLASSES).toArray();
  private final double[] w1 = random.doubles(HIDDEN * IN, -0.7, 0.7).toArray();
  private final double[] w2 = random.doubles(CLASSES * HIDDEN, -0.7, 0.7).toArray();

  @Test
  void lossesEqualThoseOfPlainJava() {
    double[] expected = plainLosses();
    double[] losses = tensorLosses();
    for (int step = 0; step < STEPS; step++) {
      assertThat(losses[step]).as("step " + step).isCloseTo(expected[step], within(1e-6));
    }
    assertThat(expected[STEPS - 1]).isLessThan(expected[0]);
  }

  private double[] tensorLosses() {
    double[] losses = new double[STEPS];
    try (Scope _ = Scope.open("weights")) {
      Tensor input = Tensors.of(x, ROWS, IN).to(DType.F32);
      Tensor target = Tensors.of(y, ROWS);
      List<Tensor> weights =
          List.of(
              Tensors.of(w1, HIDDEN, IN).to(DType.F32).requireGrad(),
              Tensors.of(w2, CLASSES, HIDDEN).to(DType.F32).requireGrad());
      List<Tensor> means = weights.stream().map(Tensors::zerosLike).toList();
      List<Tensor> squares = weights.stream().map(Tensors::zerosLike).toList();
      for (int step = 0; step < STEPS; step++) {
        try (Scope _ = Scope.open("step")) {
          Tensor hidden = Functional.tanh(Functional.linear(input, weights.get(0)));
          Tensor loss = Functional.crossEntropy(Functional.linear(hidden, weights.get(1)), target);
          losses[step] = loss.item();
          loss.backward();
          try (Autograd _ = Autograd.off()) {
            for (int i = 0; i < weights.size(); i++) {
              update(weights.get(i), means.get(i), squares.get(i), step + 1);
            }
          }
        }
      }
    }
    return losses;
  }

  private static void update(Tensor weight, Tensor mean, Tensor square, int step) {
    Tensor gradient = weight.grad().orElseThrow();
    mean.inPlace().lerp(gradient, 1 - BETA1);
    square.inPlace().mul(BETA2).addcmul(gradient, gradient, 1 - BETA2);
    Tensor size = square.div(1 - Math.pow(BETA2, step)).sqrt().add(EPS);
    weight.inPlace().mul(1 - RATE * DECAY).addcdiv(mean, size, -RATE / (1 - Math.pow(BETA1, step)));
    weight.clearGrad();
  }

  private double[] plainLosses() {
    double[] losses = new double[STEPS];
    double[][] weights = {w1.clone(), w2.clone()};
    double[][] means = {new double[w1.length], new double[w2.length]};
    double[][] squares = {new double[w1.length], new double[w2.length]};
    for (int step = 0; step < STEPS; step++) {
      double[][] gradients = {new double[w1.length], new double[w2.length]};
      for (int row = 0; row < ROWS; row++) {
        losses[step] += backward(row, weights, gradients) / ROWS;
      }
      for (int i = 0; i < 2; i++) {
        for (int j = 0; j < weights[i].length; j++) {
          double g = gradients[i][j];
          means[i][j] = BETA1 * means[i][j] + (1 - BETA1) * g;
          squares[i][j] = BETA2 * squares[i][j] + (1 - BETA2) * g * g;
          double mean = means[i][j] / (1 - Math.pow(BETA1, step + 1));
          double size = Math.sqrt(squares[i][j] / (1 - Math.pow(BETA2, step + 1))) + EPS;
          weights[i][j] -= RATE * DECAY * weights[i][j] + RATE * mean / size;
        }
      }
    }
    return losses;
  }

  /** Adds one row's share of the mean gradient and gives its loss. */
  private double backward(int row, double[][] weights, double[][] gradients) {
    double[] hidden = new double[HIDDEN];
    for (int h = 0; h < HIDDEN; h++) {
      for (int i = 0; i < IN; i++) {
        hidden[h] += weights[0][h * IN + i] * x[row * IN + i];
      }
      hidden[h] = Math.tanh(hidden[h]);
    }
    double[] probability = new double[CLASSES];
    double sum = 0;
    for (int c = 0; c < CLASSES; c++) {
      for (int h = 0; h < HIDDEN; h++) {
        probability[c] += weights[1][c * HIDDEN + h] * hidden[h];
      }
      probability[c] = Math.exp(probability[c]);
      sum += probability[c];
    }
    double[] back = new double[HIDDEN];
    for (int c = 0; c < CLASSES; c++) {
      double error = (probability[c] / sum - (c == y[row] ? 1 : 0)) / ROWS;
      for (int h = 0; h < HIDDEN; h++) {
        gradients[1][c * HIDDEN + h] += error * hidden[h];
        back[h] += error * weights[1][c * HIDDEN + h];
      }
    }
    for (int h = 0; h < HIDDEN; h++) {
      for (int i = 0; i < IN; i++) {
        gradients[0][h * IN + i] += back[h] * (1 - hidden[h] * hidden[h]) * x[row * IN + i];
      }
    }
    return -Math.log(probability[(int) y[row]] / sum);
  }
}
