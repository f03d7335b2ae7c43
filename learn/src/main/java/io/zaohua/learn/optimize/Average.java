package io.zaohua.learn.optimize;

import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The exponential moving average of weights, as torch.optim.swa_utils makes it: after the first
 * step the weights themselves, then {@code decay} of itself and the rest of them each step.
 */
public final class Average {
  private record Pair(Tensor weight, Tensor mean) {}

  private final Map<String, Pair> pairs = new LinkedHashMap<>();
  private final double decay;

  /** Its tensors live in the scope that is open. */
  public Average(Map<String, Tensor> weights, double decay) {
    Constants.share("EMA: decay", decay);
    this.decay = decay;
    try (Autograd _ = Autograd.off()) {
      weights.forEach((name, weight) -> pairs.put(name, new Pair(weight, weight.detach().copy())));
    }
  }

  /** Takes in the weights after a step, counted from 1. */
  public void follow(int step) {
    double fresh = step == 1 ? 1 : 1 - decay;
    try (Scope _ = Scope.open("average");
        Autograd _ = Autograd.off()) {
      pairs.values().forEach(p -> p.mean().inPlace().lerp(p.weight(), fresh));
    }
  }

  /** Puts the average into the weights until it is closed. */
  public Shown show() {
    exchange();
    return this::exchange;
  }

  /** The average stands in the weights as long as this is open. */
  public interface Shown extends AutoCloseable {
    @Override
    void close();
  }

  private void exchange() {
    try (Autograd _ = Autograd.off()) {
      for (Pair pair : pairs.values()) {
        try (Scope _ = Scope.open("exchange")) {
          Tensor weight = pair.weight().copy();
          pair.weight().inPlace().copy(pair.mean());
          pair.mean().inPlace().copy(weight);
        }
      }
    }
  }

  /** What checkpoints hold of it, as {@code average/name}. */
  public Map<String, Tensor> state() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    pairs.forEach((name, pair) -> all.put("average/" + name, pair.mean()));
    return all;
  }
}
