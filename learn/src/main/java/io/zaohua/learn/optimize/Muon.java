package io.zaohua.learn.optimize;

import io.zaohua.model.spec.Parts;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Map;

/**
 * Momentum made orthogonal by Newton and Schulz's iteration (Jordan et al. 2024,
 * kellerjordan.github.io/posts/muon), in the order of PyTorch's torch.optim.Muon, but the iteration
 * is computed in F32, not rounded to BF16. Matrices of the layers move by it; embeddings, head and
 * vectors by AdamW.
 *
 * @param momentum how much of the mean gradient stays each step
 * @param nesterov whether the direction looks one step ahead
 * @param iterations of Newton and Schulz
 * @param scaling how the rate depends on a matrix's shape
 * @param decay share of a weight that rate 1 would take away each step
 * @param others what moves the other weights
 * @param othersRate their rate, as a multiple of this one's
 */
public record Muon(
    double momentum,
    boolean nesterov,
    int iterations,
    Scaling scaling,
    double decay,
    AdamW others,
    double othersRate)
    implements Rule {
  // The published quintic: a x + b x^3 + c x^5, steepest at 0.
  private static final double A = 3.4445;
  private static final double B = -4.7750;
  private static final double C = 2.0315;
  private static final double EPS = 1e-7;

  /** How the rate depends on a matrix [rows, columns]. */
  public enum Scaling {
    /** Times sqrt(max(1, rows / columns)), as published. */
    ORIGINAL,
    /** Times 0.2 sqrt(max(rows, columns)): steps as large as AdamW's (arXiv 2502.16982). */
    MATCH_RMS_ADAMW;

    double of(long rows, long columns) {
      return switch (this) {
        case ORIGINAL -> Math.sqrt(Math.max(1, (double) rows / columns));
        case MATCH_RMS_ADAMW -> 0.2 * Math.sqrt((double) Math.max(rows, columns));
      };
    }
  }

  public Muon {
    Constants.share("Muon: momentum", momentum);
    Constants.notBelowZero("Muon: decay", decay);
    Constants.notBelowZero("Muon: rate of the others", othersRate);
    if (iterations < 1 || iterations >= 100) {
      throw new IllegalArgumentException("Muon: " + iterations + " iterations, 1 to 99 expected.");
    }
  }

  @Override
  public Update begin(String name, Tensor weight, boolean decays) {
    return weight.rank() == 2 && inLayer(name)
        ? new Orthogonal(weight, Tensors.zerosLike(weight), decays ? decay : 0)
        : new Other(others.begin(name, weight, decays));
  }

  @Override
  public long remembered(String name, long rows, long columns) {
    return rows > 1 && inLayer(name) ? rows * columns : others.remembered(name, rows, columns);
  }

  private static boolean inLayer(String name) {
    return Parts.place(name).layer() >= 0;
  }

  private final class Orthogonal implements Update {
    private final Tensor weight;
    private final Tensor mean;
    private final double decay;

    private Orthogonal(Tensor weight, Tensor mean, double decay) {
      this.weight = weight;
      this.mean = mean;
      this.decay = decay;
    }

    @Override
    public void apply(Tensor gradient, double rate, int step) {
      mean.inPlace().lerp(gradient, 1 - momentum);
      if (nesterov) {
        gradient.inPlace().lerp(mean, momentum);
      }
      Tensor direction = orthogonal(nesterov ? gradient : mean);
      Update.decay(weight, rate * decay);
      double stride = rate * scaling.of(weight.size(0), weight.size(1));
      weight.inPlace().add(direction, -stride);
    }

    @Override
    public Map<String, Tensor> memory() {
      return Map.of("momentum", mean);
    }
  }

  /** [n, m] to a matrix of the same shape whose singular values are all near 1. */
  private Tensor orthogonal(Tensor matrix) {
    boolean tall = matrix.size(0) > matrix.size(1);
    Tensor wide = tall ? matrix.transpose(0, 1) : matrix; // [n, m], n not above m
    Tensor norm = wide.mul(wide).sum().sqrt();
    norm.inPlace().clamp(EPS, Double.POSITIVE_INFINITY);
    Tensor x = wide.div(norm);
    for (int i = 0; i < iterations; i++) {
      Tensor gram = x.matmul(x.transpose(0, 1)); // [n, n]
      Tensor inner = gram.mul(B).add(gram.mul(C).matmul(gram));
      x = x.mul(A).add(inner.matmul(x));
    }
    return tall ? x.transpose(0, 1) : x;
  }

  private final class Other implements Update {
    private final Update inner;

    private Other(Update inner) {
      this.inner = inner;
    }

    @Override
    public void apply(Tensor gradient, double rate, int step) {
      inner.apply(gradient, rate * othersRate, step);
    }

    @Override
    public Map<String, Tensor> memory() {
      return inner.memory();
    }
  }
}
