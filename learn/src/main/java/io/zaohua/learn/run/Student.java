package io.zaohua.learn.run;

import io.zaohua.learn.optimize.Average;
import io.zaohua.learn.optimize.Optimizer;
import io.zaohua.learn.recipe.Optimization;
import io.zaohua.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * All that changes in a run and that a checkpoint must hold: weights, the optimizer's memory and,
 * if asked for, the average of the weights, which is then what is evaluated and written.
 */
final class Student {
  private final Subject subject;
  private final Optimizer optimizer;
  private final Optional<Average> average;

  /**
   * Its tensors live in the scope that is open.
   *
   * @param changed the weights that this process changes: all that are trained, or a share of them
   */
  Student(Subject subject, Map<String, Tensor> changed, Optimization how) {
    this.subject = subject;
    this.optimizer = new Optimizer(how.rule(), changed, t -> how.decayVectors() || t.rank() > 1);
    this.average =
        how.average().isPresent()
            ? Optional.of(new Average(subject.trainable(), how.average().getAsDouble()))
            : Optional.empty();
  }

  /** Changes the weights by their gradients. */
  void step(double rate) {
    optimizer.step(rate);
  }

  /** The average takes in the weights after a step, counted from 1. */
  void follow(int step) {
    average.ifPresent(a -> a.follow(step));
  }

  /** The weights stand as they are evaluated and written until this is closed. */
  Average.Shown shown() {
    return average.map(Average::show).orElse(() -> {});
  }

  /** Writes the model, or the adapter, into a folder. */
  void save(Path folder) {
    try (Average.Shown _ = shown()) {
      subject.save(folder);
    }
  }

  /** What every process has whole and going on needs, by name: weights and their average. */
  Map<String, Tensor> whole() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    subject.trainable().forEach((name, tensor) -> all.put("weight/" + name, tensor));
    average.ifPresent(a -> all.putAll(a.state()));
    return all;
  }

  /** What the optimizer remembers of the weights it changes, as {@code kind/name}. */
  Map<String, Tensor> memory() {
    return optimizer.state();
  }

  /** Sets how many steps have been made, when going on from a checkpoint. */
  void goOnAfter(int done) {
    optimizer.goOnAfter(done);
  }
}
