package io.zaohua.learn.optimize;

import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Map;

/**
 * Evolved sign momentum (Chen et al. 2023, arXiv 2302.06675, algorithm 2): every weight moves by
 * the rate itself, so that the rate is about a tenth of AdamW's.
 *
 * @param beta1 share of the momentum in the direction
 * @param beta2 how much of the momentum stays each step
 * @param decay share of a weight that rate 1 would take away each step
 */
public record Lion(double beta1, double beta2, double decay) implements Rule {
  public Lion {
    Constants.share("Lion: beta1", beta1);
    Constants.share("Lion: beta2", beta2);
    Constants.notBelowZero("Lion: decay", decay);
  }

  @Override
  public Update begin(String name, Tensor weight, boolean decays) {
    return new Momentum(weight, Tensors.zerosLike(weight), decays ? decay : 0);
  }

  @Override
  public long remembered(String name, long rows, long columns) {
    return rows * columns;
  }

  private final class Momentum implements Update {
    private final Tensor weight;
    private final Tensor momentum;
    private final double decay;

    private Momentum(Tensor weight, Tensor momentum, double decay) {
      this.weight = weight;
      this.momentum = momentum;
      this.decay = decay;
    }

    @Override
    public void apply(Tensor gradient, double rate, int step) {
      Update.decay(weight, rate * decay);
      Tensor direction = momentum.copy();
      direction.inPlace().lerp(gradient, 1 - beta1).sign();
      weight.inPlace().add(direction, -rate);
      momentum.inPlace().lerp(gradient, 1 - beta2);
    }

    @Override
    public Map<String, Tensor> memory() {
      return Map.of("momentum", momentum);
    }
  }
}
