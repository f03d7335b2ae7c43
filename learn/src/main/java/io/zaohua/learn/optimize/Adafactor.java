package io.zaohua.learn.optimize;

import io.zaohua.tensor.DType;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Map;

/**
 * Adaptive steps whose memory is a row and a column for each matrix (Shazeer and Stern 2018, arXiv
 * 1804.04235), as PyTorch's torch.optim.Adafactor: the rate caps the relative step 1 / sqrt(step),
 * and scales the decay.
 *
 * @param beta2Decay exponent c of 1 - step^c, how much of the mean squares stays; at most 0
 * @param eps1 floor of mean squares and of their root
 * @param eps2 floor of a weight's root mean square, to which its step is relative
 * @param threshold root mean square to which an update is cut, at least 1
 * @param decay share of a weight that rate 1 would take away each step
 */
public record Adafactor(double beta2Decay, double eps1, double eps2, double threshold, double decay)
    implements Rule {
  /** The distance from 1 to the next F32: PyTorch's eps1 where none is given. */
  public static final double F32_EPS = 0x1p-23;

  public Adafactor {
    Constants.notBelowZero("Adafactor: -beta2Decay", -beta2Decay);
    Constants.notBelowZero("Adafactor: eps1", eps1);
    Constants.notBelowZero("Adafactor: eps2", eps2);
    Constants.notBelowZero("Adafactor: decay", decay);
    if (!(threshold >= 1)) {
      throw new IllegalArgumentException("Adafactor: threshold " + threshold + " is below 1.");
    }
  }

  @Override
  public Update begin(String name, Tensor weight, boolean decays) {
    double share = decays ? decay : 0;
    return weight.rank() == 2
        ? new Factored(
            weight,
            Tensors.zeros(DType.F32, weight.device(), weight.size(0), 1),
            Tensors.zeros(DType.F32, weight.device(), 1, weight.size(1)),
            share)
        : new Whole(weight, Tensors.zerosLike(weight), share);
  }

  @Override
  public long remembered(String name, long rows, long columns) {
    return rows == 1 ? columns : rows + columns;
  }

  /** A matrix [n, m]: rows [n, 1] and columns [1, m] are mean squares of the gradient. */
  private final class Factored implements Update {
    private final Tensor weight;
    private final Tensor rows;
    private final Tensor columns;
    private final double decay;

    private Factored(Tensor weight, Tensor rows, Tensor columns, double decay) {
      this.weight = weight;
      this.rows = rows;
      this.columns = columns;
      this.decay = decay;
    }

    @Override
    public void apply(Tensor gradient, double rate, int step) {
      double fresh = Math.pow(step, beta2Decay);
      Tensor squares = gradient.mul(gradient);
      rows.inPlace().lerp(squares.mean(1, true), fresh);
      columns.inPlace().lerp(squares.mean(0, true), fresh);
      Tensor mean = rows.mean();
      mean.inPlace().clamp(eps1, Double.POSITIVE_INFINITY);
      Tensor variance = rows.matmul(columns); // [n, m]
      variance.inPlace().div(mean);
      move(weight, variance, gradient, rate, decay, step);
    }

    @Override
    public Map<String, Tensor> memory() {
      return Map.of("rows", rows, "columns", columns);
    }
  }

  /** A vector, or a tensor of other rank: its mean squares are kept whole. */
  private final class Whole implements Update {
    private final Tensor weight;
    private final Tensor squares;
    private final double decay;

    private Whole(Tensor weight, Tensor squares, double decay) {
      this.weight = weight;
      this.squares = squares;
      this.decay = decay;
    }

    @Override
    public void apply(Tensor gradient, double rate, int step) {
      squares.inPlace().lerp(gradient.mul(gradient), Math.pow(step, beta2Decay));
      move(weight, squares.copy(), gradient, rate, decay, step);
    }

    @Override
    public Map<String, Tensor> memory() {
      return Map.of("squares", squares);
    }
  }

  private void move(
      Tensor weight, Tensor variance, Tensor gradient, double rate, double decay, int step) {
    double stride = Math.min(rate, 1 / Math.sqrt(step)) * Math.max(eps2, rootMeanSquare(weight));
    Update.decay(weight, rate * decay);
    variance.inPlace().clamp(eps1 * eps1, Double.POSITIVE_INFINITY);
    Tensor update = variance.rsqrt();
    update.inPlace().mul(gradient);
    double excess = Math.max(1, rootMeanSquare(update) / threshold);
    weight.inPlace().add(update, -stride / excess);
  }

  private static double rootMeanSquare(Tensor x) {
    return Math.sqrt(x.mul(x).sum().item() / x.count());
  }
}
