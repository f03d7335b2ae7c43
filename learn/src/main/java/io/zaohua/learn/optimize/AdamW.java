package io.zaohua.learn.optimize;

import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019), in the order of PyTorch's AdamW.
 * Its means live in the scope that is open when it is made.
 */
public final class AdamW implements Optimizer {
  /**
   * Its constants.
   *
   * @param beta1 how much of the mean gradient stays each step, from 0 to below 1
   * @param beta2 the same for the mean square
   * @param eps added to the root of the mean square
   * @param decay share of a weight that rate 1 would take away each step
   */
  public record Settings(double beta1, double beta2, double eps, double decay) {
    public Settings {
      if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
        throw new IllegalArgumentException(
            "AdamW: betas " + beta1 + " and " + beta2 + " must be from 0 to below 1.");
      }
      if (!(eps > 0 && decay >= 0)) {
        throw new IllegalArgumentException(
            "AdamW: eps " + eps + " must be above 0, and decay " + decay + " not below.");
      }
    }
  }

  private record State(Tensor weight, Tensor mean, Tensor square, double decay) {}

  private final Settings settings;
  private final List<State> states = new ArrayList<>();
  private int steps;

  /** An optimizer of these leaves. */
  public AdamW(Collection<Tensor> weights, Settings settings) {
    this(weights, settings, _ -> true);
  }

  /** An optimizer of these leaves that decays only some of them. */
  public AdamW(Collection<Tensor> weights, Settings settings, Predicate<Tensor> decays) {
    this.settings = settings;
    for (Tensor weight : weights) {
      double decay = decays.test(weight) ? settings.decay() : 0;
      states.add(new State(weight, Tensors.zerosLike(weight), Tensors.zerosLike(weight), decay));
    }
  }

  @Override
  public Map<String, List<Tensor>> state() {
    return Map.of(
        "mean", states.stream().map(State::mean).toList(),
        "square", states.stream().map(State::square).toList());
  }

  @Override
  public void goOnAfter(int done) {
    steps = done;
  }

  @Override
  public void step(double rate) {
    steps++;
    double meanBias = 1 - Math.pow(settings.beta1(), steps);
    double squareBias = Math.sqrt(1 - Math.pow(settings.beta2(), steps));
    try (Autograd _ = Autograd.off()) {
      for (State state : states) {
        try (Scope _ = Scope.open("AdamW step")) {
          state.weight().grad().ifPresent(g -> update(state, g, rate, rate / meanBias, squareBias));
        }
        state.weight().clearGrad();
      }
    }
  }

  private void update(State s, Tensor gradient, double rate, double stride, double squareBias) {
    if (s.decay() > 0) {
      s.weight().inPlace().mul(1 - rate * s.decay());
    }
    s.mean().inPlace().lerp(gradient, 1 - settings.beta1());
    s.square().inPlace().mul(settings.beta2()).addcmul(gradient, gradient, 1 - settings.beta2());
    Tensor size = s.square().sqrt();
    size.inPlace().mul(1 / squareBias).add(settings.eps());
    s.weight().inPlace().addcdiv(s.mean(), size, -stride);
  }
}
