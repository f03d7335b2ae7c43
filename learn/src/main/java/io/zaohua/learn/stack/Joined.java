package io.zaohua.learn.stack;

import io.zaohua.learn.Linear;
import io.zaohua.learn.Projection;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.List;
import java.util.Optional;

/**
 * Several plain maps of one input as one, [.., k] to [.., n1 + n2 + ..]: with small matrices the
 * calls it saves, there and back, cost more than copying the weights side by side.
 *
 * @param maps all with a bias, or none
 */
record Joined(List<Linear> maps) {
  /** Above so many weights the copy costs more than the calls. */
  private static final long WEIGHTS = 1 << 20;

  /** The maps joined, if they are small and plain: no adapter, no weights in few bits. */
  static Optional<Joined> of(List<Projection> maps) {
    List<Linear> plain =
        maps.stream().filter(Linear.class::isInstance).map(Linear.class::cast).toList();
    boolean small = plain.stream().mapToLong(m -> m.weight().count()).sum() <= WEIGHTS;
    boolean alike = plain.stream().map(m -> m.bias().isPresent()).distinct().count() == 1;
    return small && alike && plain.size() == maps.size()
        ? Optional.of(new Joined(plain))
        : Optional.empty();
  }

  Tensor apply(Tensor x) {
    Tensor weight = Tensors.cat(0, maps.stream().map(Linear::weight).toList()); // [n, k]
    List<Tensor> biases = maps.stream().flatMap(m -> m.bias().stream()).toList();
    return biases.isEmpty()
        ? Functional.linear(x, weight)
        : Functional.linear(x, weight, Tensors.cat(0, biases));
  }
}
