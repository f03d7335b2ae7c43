package io.zaohua.learn.stack;

import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A run that kept what went into each block, and computes the blocks again on its way back. */
final class Recomputed implements Pass {
  private final Transformer stack;
  private final Tensor ids;
  private final Sight sight;
  private final List<Tensor> inputs; // of each block, [B, T, width]
  private final Tensor last; // what the last block made, a leaf
  private final Tensor hidden;
  private final Optional<Routing.Weights> weights;
  private final Supplier<Routing> listener;
  private final Optional<Tensor> shares;
  private final int layers;
  private final double routingLoss;

  private Recomputed(
      Transformer stack,
      Tensor ids,
      Sight sight,
      List<Tensor> inputs,
      Tensor last,
      Optional<Routing.Weights> weights,
      Supplier<Routing> listener,
      Optional<Routing> routing) {
    this.stack = stack;
    this.ids = ids;
    this.sight = sight;
    this.inputs = inputs;
    this.last = last.requireGrad();
    this.hidden = stack.normed(this.last, sight);
    this.weights = weights;
    this.listener = listener;
    this.shares = routing.map(r -> Tensors.of(r.shares(), r.shares().length));
    this.layers = routing.map(Routing::size).orElse(0);
    this.routingLoss =
        routing
            .map(r -> r.loss(weights.orElseThrow(), shares.orElseThrow(), layers).item())
            .orElse(0.0);
  }

  static Pass run(
      Transformer stack,
      Tensor ids,
      Sight sight,
      Optional<Routing.Weights> weights,
      Supplier<Routing> listener) {
    List<Tensor> inputs = new ArrayList<>();
    Optional<Routing> routing = weights.map(_ -> listener.get());
    routing.ifPresent(sight::listen);
    Tensor h;
    try (Autograd _ = Autograd.off()) {
      h = stack.embedded(ids);
      for (Block block : stack.blocks()) {
        inputs.add(h);
        h = stack.through(block, h, sight); // nothing stays of a block but what it makes
      }
    }
    return new Recomputed(stack, ids, sight, inputs, h.detach(), weights, listener, routing);
  }

  @Override
  public Tensor hidden() {
    return hidden;
  }

  @Override
  public void backward(Tensor made, Tensor gradient, double share) {
    made.backward(gradient);
    Tensor g = last.grad().orElseThrow();
    for (int i = inputs.size() - 1; i >= 0; i--) {
      Tensor input = inputs.get(i);
      Tensor below = back(stack.blocks().get(i), input, g, share);
      g.close();
      g = below;
      if (i > 0) {
        input.close();
      }
    }
    Tensor first = stack.embedded(ids);
    if (first.requiresGrad()) {
      first.backward(g);
    }
  }

  /** From the gradient of what a block made to that of what went into it. */
  private Tensor back(Block block, Tensor input, Tensor gradient, double share) {
    try (Scope scope = Scope.open("block again")) {
      Tensor leaf = input.detach().requireGrad();
      Optional<Routing> routing = shares.map(_ -> listener.get());
      routing.ifPresent(sight::listen);
      Tensor made = stack.through(block, leaf, sight);
      if (routing.isPresent() && routing.get().size() > 0) {
        Tensor cost =
            routing.get().loss(weights.orElseThrow(), shares.orElseThrow(), layers).mul(share);
        made.mul(gradient).sum().add(cost).backward();
      } else {
        made.backward(gradient);
      }
      return scope.keep(leaf.grad().orElseThrow());
    }
  }

  @Override
  public double routingLoss() {
    return routingLoss;
  }
}
