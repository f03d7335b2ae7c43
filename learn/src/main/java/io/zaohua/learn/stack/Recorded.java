package io.zaohua.learn.stack;

import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A run whose steps libtorch has recorded.
 *
 * @param routingCost the routers' losses, [], if they count
 */
record Recorded(Tensor hidden, Optional<Tensor> routingCost) implements Pass {

  static Recorded run(
      Transformer stack,
      Tensor ids,
      Sight sight,
      Optional<Routing.Weights> weights,
      Supplier<Routing> listener) {
    if (weights.isEmpty()) {
      return still(stack.through(stack.embedded(ids), sight));
    }
    Routing routing = listener.get();
    sight.listen(routing);
    Tensor hidden = stack.through(stack.embedded(ids), sight);
    float[] shares = routing.shares();
    Tensor cost = routing.loss(weights.get(), Tensors.of(shares, shares.length), routing.size());
    return new Recorded(hidden, Optional.of(cost));
  }

  static Recorded still(Tensor hidden) {
    return new Recorded(hidden, Optional.empty());
  }

  @Override
  public void backward(Tensor made, Tensor gradient, double share) {
    routingCost.ifPresentOrElse(
        cost -> made.mul(gradient).sum().add(cost.mul(share)).backward(),
        () -> made.backward(gradient));
  }

  @Override
  public double routingLoss() {
    return routingCost.map(Tensor::item).orElse(0.0);
  }
}
