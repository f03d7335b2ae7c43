package io.zaohua.learn.optimize;

import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import io.zaohua.tensor.Together;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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

  /** All weights in one native call for each share that is taken away. */
  @Override
  public void apply(List<Change> changes, double rate, int step) {
    Map<Double, List<Change>> byDecay =
        changes.stream()
            .collect(
                Collectors.groupingBy(
                    c -> ((Means) c.update()).decay, LinkedHashMap::new, Collectors.toList()));
    byDecay.forEach((share, alike) -> move(alike, rate, share, step));
  }

  private void move(List<Change> changes, double rate, double share, int step) {
    List<Means> means = changes.stream().map(c -> (Means) c.update()).toList();
    Together.adamW(
        means.stream().map(m -> m.weight).toList(),
        changes.stream().map(Change::gradient).toList(),
        means.stream().map(m -> m.mean).toList(),
        means.stream().map(m -> m.square).toList(),
        step,
        new Together.AdamW(rate, beta1, beta2, eps, share));
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
      move(List.of(new Change(this, gradient)), rate, decay, step);
    }

    @Override
    public Map<String, Tensor> memory() {
      return Map.of("mean", mean, "square", square);
    }
  }
}
