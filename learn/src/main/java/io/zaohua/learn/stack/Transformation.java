package io.zaohua.learn.stack;

import io.zaohua.learn.Projection;
import io.zaohua.learn.Weights;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What transforms each position by itself, [B, T, width] to [B, T, width]. */
sealed interface Transformation permits Transformation.Dense, Experts {
  Tensor apply(Tensor x, Sight sight);

  static Transformation of(Weights weights, String prefix, FeedForward spec) {
    return switch (spec) {
      case FeedForward.Dense d -> Dense.of(weights, prefix, d);
      case FeedForward.Experts e -> {
        List<Dense> experts = new ArrayList<>();
        var inner = new FeedForward.Dense(e.hidden(), e.activation(), true, false);
        for (int i = 0; i < e.count(); i++) {
          experts.add(Dense.of(weights, prefix + "experts." + i + ".", inner));
        }
        yield new Experts(e, weights.linear(prefix + "router", false), experts);
      }
    };
  }

  /** down(act(up x)), or with a gate down(act(gate x) * up x). */
  record Dense(
      FeedForward.Activation activation, Optional<Projection> gate, Projection up, Projection down)
      implements Transformation {

    static Dense of(Weights weights, String prefix, FeedForward.Dense spec) {
      return new Dense(
          spec.activation(),
          spec.gated()
              ? Optional.of(weights.linear(prefix + "gate", spec.bias()))
              : Optional.empty(),
          weights.linear(prefix + "up", spec.bias()),
          weights.linear(prefix + "down", spec.bias()));
    }

    @Override
    public Tensor apply(Tensor x, Sight sight) {
      return apply(x);
    }

    Tensor apply(Tensor x) {
      Tensor wide = up.apply(x); // [.., hidden]
      Tensor inner = gate.map(g -> act(g.apply(x)).mul(wide)).orElseGet(() -> act(wide));
      return down.apply(inner); // [.., width]
    }

    private Tensor act(Tensor x) {
      return switch (activation) {
        case SILU -> Functional.silu(x);
        case GELU -> Functional.gelu(x);
        case GELU_TANH -> Functional.geluTanh(x);
        case RELU -> Functional.relu(x);
      };
    }
  }
}
