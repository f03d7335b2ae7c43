package io.zaohua.learn.optimize;

import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Map;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019), in the order of PyTorch's AdamW.
 *
 * @param beta1 how much of the mean gradient stays each step, from 0 to below 1
 * @param beta2 the same for the mean square
 * @param eps added to the root of the mean square
 * @param decay share of a weight that rate 1 would take away each step
 */
public record AdamW(double beta1, double beta2, double eps, double decay) implements Rule {
  public AdamW {
    Constants.share("AdamW: beta1", beta1);
    Constants.share("AdamW: beta2", beta2);
    Constants.notBelowZero("AdamW: decay", decay);
    if (!(eps > 0)) {
      throw new IllegalArgumentException("AdamW: eps " + eps + " must be above 0.");
    }
  }

  @Override
  public Update begin(String name, Tensor weight, boolean decays) {
    return new Means(
        weight, Tensors.zerosLike(weight), Tensors.zerosLike(weight), decays ? decay : 0);
  }

  @Override
  public long remembered(String name, long rows, long columns) {
    return 2 * rows * columns;
  }

  private final class Means implements Update {
    private final Tensor weight;
    private final Tensor mean;
    private final Tensor square;
    private final double decay;

    private Means(Tensor weight, Tensor mean, Tensor square, double decay) {
      this.weight = weight;
      this.mean = mean;
      this.square = square;
      this.decay = decay;
    }

    @Override
    public void apply(Tensor gradient, double rate, int step) {
      Update.decay(weight, rate * decay);
      mean.inPlace().lerp(gradient, 1 - beta1);
      square.inPlace().mul(beta2).addcmul(gradient, gradient, 1 - beta2);
      Tensor size = square.sqrt();
      size.inPlace().mul(1 / Math.sqrt(1 - Math.pow(beta2, step))).add(eps);
      weight.inPlace().addcdiv(mean, size, -rate / (1 - Math.pow(beta1, step)));
    }

    @Override
    public Map<String, Tensor> memory() {
      return Map.of("mean", mean, "square", square);
    }
  }
}
