package io.zaohua.learn.run;

import io.zaohua.learn.data.Batch;
import io.zaohua.tensor.ProcessGroup;
import io.zaohua.tensor.Rendezvous;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The processes that train one model together: each holds all of it, takes its share of every batch
 * and ends every step with the same weights. The first one writes and speaks for all.
 */
final class Replicas implements AutoCloseable {
  private final Optional<ProcessGroup> group;

  private Replicas(Optional<ProcessGroup> group) {
    this.group = group;
  }

  /**
   * Meets the others of torchrun's environment; without one this process is alone.
   *
   * @param timeout the longest silence of another process in the middle of a step
   */
  static Replicas of(Map<String, String> environment, Duration timeout) {
    return new Replicas(
        Rendezvous.of(environment)
            .filter(place -> place.size() > 1)
            .map(place -> ProcessGroup.join(place, timeout)));
  }

  /** One process by itself. */
  static Replicas alone() {
    return new Replicas(Optional.empty());
  }

  /** Whether a process of this environment writes and speaks. */
  static boolean isFirst(Map<String, String> environment) {
    return Rendezvous.of(environment).map(place -> place.rank() == 0).orElse(true);
  }

  /** Whether this is the one that writes and speaks. */
  boolean first() {
    return rank() == 0;
  }

  int rank() {
    return group.map(ProcessGroup::rank).orElse(0);
  }

  int size() {
    return group.map(ProcessGroup::size).orElse(1);
  }

  Optional<ProcessGroup> group() {
    return group;
  }

  /** This process's rows of a batch. */
  Batch share(Batch batch) {
    return size() == 1 ? batch : batch.share(rank(), size());
  }

  /** Sums over all processes. */
  double[] sum(double... shares) {
    return group.map(g -> sum(g, shares)).orElse(shares);
  }

  private static double[] sum(ProcessGroup group, double... shares) {
    try (Scope _ = Scope.open("sum over processes")) {
      Tensor numbers = Tensors.of(shares, shares.length);
      group.allReduce(numbers).await();
      return numbers.toDoubles();
    }
  }

  /** What the first process says. */
  long[] ofFirst(long... numbers) {
    return group.map(g -> ofFirst(g, numbers)).orElse(numbers);
  }

  private static long[] ofFirst(ProcessGroup group, long... numbers) {
    try (Scope _ = Scope.open("word of the first process")) {
      Tensor said = Tensors.of(numbers, numbers.length);
      group.broadcast(said, 0).await();
      return said.toLongs();
    }
  }

  /** Gives all processes the first one's tensors. */
  void equalize(Collection<Tensor> tensors) {
    group.ifPresent(
        g -> {
          List<ProcessGroup.Pending> underWay =
              tensors.stream().map(t -> g.broadcast(t, 0)).toList();
          underWay.forEach(ProcessGroup.Pending::await);
        });
  }

  /** Waits for all. */
  void meet() {
    group.ifPresent(ProcessGroup::barrier);
  }

  @Override
  public void close() {
    group.ifPresent(ProcessGroup::close);
  }
}
