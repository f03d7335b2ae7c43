package io.zaohua.learn.optimize;

import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Map;
import java.util.Optional;

/**
 * Stochastic gradient descent with momentum (Sutskever et al. 2013), as PyTorch's SGD without
 * dampening: decay is added to the gradient, not taken from the weight.
 *
 * @param momentum how much of the last direction stays, from 0 to below 1
 * @param nesterov whether the direction looks one step ahead; needs momentum
 * @param decay how much of the weight is added to its gradient
 */
public record Sgd(double momentum, boolean nesterov, double decay) implements Rule {
  public Sgd {
    Constants.share("SGD: momentum", momentum);
    Constants.notBelowZero("SGD: decay", decay);
    if (nesterov && momentum == 0) {
      throw new IllegalArgumentException("SGD: nesterov needs momentum above 0.");
    }
  }

  @Override
  public Update begin(String name, Tensor weight, boolean decays) {
    return new Direction(
        weight,
        momentum == 0 ? Optional.empty() : Optional.of(Tensors.zerosLike(weight)),
        decays ? decay : 0);
  }

  @Override
  public long remembered(String name, long rows, long columns) {
    return momentum == 0 ? 0 : rows * columns;
  }

  private final class Direction implements Update {
    private final Tensor weight;
    private final Optional<Tensor> last;
    private final double decay;

    private Direction(Tensor weight, Optional<Tensor> last, double decay) {
      this.weight = weight;
      this.last = last;
      this.decay = decay;
    }

    @Override
    public void apply(Tensor gradient, double rate, int step) {
      if (decay > 0) {
        gradient.inPlace().add(weight, decay);
      }
      last.ifPresent(l -> l.inPlace().mul(momentum).add(gradient, 1));
      if (nesterov) {
        last.ifPresent(l -> gradient.inPlace().add(l, momentum));
      }
      weight.inPlace().add(nesterov ? gradient : last.orElse(gradient), -rate);
    }

    @Override
    public Map<String, Tensor> memory() {
      return last.map(l -> Map.of("momentum", l)).orElse(Map.of());
    }
  }
}
