package io.zaohua.learn.optimize;

import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Together;
import java.util.Collection;
import java.util.List;

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
      List<Tensor> gradients = weights.stream().flatMap(w -> w.grad().stream()).toList();
      double norm = Together.norm(gradients);
      double factor = limit / (norm + FLOOR);
      if (factor < 1 && Double.isFinite(norm)) {
        Together.scale(gradients, factor);
      }
      return norm;
    }
  }
}
