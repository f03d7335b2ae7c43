package io.zaohua.learn.optimize;

import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.util.Collection;

/** Keeps gradients from exploding (Pascanu et al. 2013). */
public final class Clip {
  private static final double FLOOR = 1e-6; // as in torch.nn.utils.clip_grad_norm_

  private Clip() {}

  /**
   * Scales all gradients so that their joint norm is at most {@code limit}.
   *
   * @return the norm before; NaN or infinite if a gradient is, and then nothing is scaled
   */
  public static double byNorm(Collection<Tensor> weights, double limit) {
    try (Scope _ = Scope.open("clip");
        Autograd _ = Autograd.off()) {
      double squares = 0;
      for (Tensor weight : weights) {
        squares += weight.grad().map(g -> g.mul(g).sum().item()).orElse(0.0);
      }
      double norm = Math.sqrt(squares);
      double factor = limit / (norm + FLOOR);
      if (factor < 1 && Double.isFinite(norm)) {
        for (Tensor weight : weights) {
          weight.grad().ifPresent(g -> g.inPlace().mul(factor));
        }
      }
      return norm;
    }
  }
}
