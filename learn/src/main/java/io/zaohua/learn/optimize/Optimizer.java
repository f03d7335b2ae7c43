package io.zaohua.learn.optimize;

import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A rule at work on a set of weights. */
public final class Optimizer {
  private record Part(String name, Tensor weight, Update update) {}

  private final Rule rule;
  private final List<Part> parts = new ArrayList<>();
  private int steps;

  /** Starts on these leaves, all of which are decayed. */
  public Optimizer(Rule rule, Map<String, Tensor> weights) {
    this(rule, weights, _ -> true);
  }

  /** Starts on these leaves, named by their number from 0: none of them stands in a layer. */
  public Optimizer(Rule rule, List<Tensor> weights) {
    this(rule, numbered(weights));
  }

  private static Map<String, Tensor> numbered(List<Tensor> weights) {
    Map<String, Tensor> named = new LinkedHashMap<>();
    weights.forEach(weight -> named.put(Integer.toString(named.size()), weight));
    return named;
  }

  /** Starts on these leaves and decays some; what it remembers lives in the scope that is open. */
  public Optimizer(Rule rule, Map<String, Tensor> weights, Predicate<Tensor> decays) {
    this.rule = rule;
    weights.forEach(
        (name, weight) ->
            parts.add(new Part(name, weight, rule.begin(name, weight, decays.test(weight)))));
  }

  /**
   * One step at this learning rate; weights without a gradient stay. Clears the gradients.
   *
   * @param rate the learning rate now, see {@link Schedule}
   */
  public void step(double rate) {
    steps++;
    try (Scope _ = Scope.open("optimizer step");
        Autograd _ = Autograd.off()) {
      List<Change> changes = new ArrayList<>();
      for (Part part : parts) {
        part.weight().grad().ifPresent(g -> changes.add(new Change(part.update(), g)));
      }
      rule.apply(changes, rate, steps);
      parts.forEach(part -> part.weight().clearGrad());
    }
  }

  /**
   * What it remembers between steps, as {@code kind/name}. Written into checkpoints; to go on from
   * one, the tensors are filled again.
   */
  public Map<String, Tensor> state() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (Part part : parts) {
      new TreeMap<>(part.update().memory())
          .forEach((kind, tensor) -> all.put(kind + "/" + part.name(), tensor));
    }
    return all;
  }

  /** Sets how many steps have been made, when going on from a checkpoint. */
  public void goOnAfter(int done) {
    steps = done;
  }
}
