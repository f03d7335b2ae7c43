package io.zaohua.learn.run;

import io.zaohua.model.spec.Part;
import io.zaohua.model.spec.Parts;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.GradientHook;
import io.zaohua.tensor.ProcessGroup;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gradients side by side in memory, added up over all processes: a bucket sets out as soon as the
 * backward pass has filled it, while the layers before it are still at work (Li et al. 2020,
 * PyTorch Distributed). All processes send their buckets in the same order.
 */
final class Buckets implements AutoCloseable {
  /** Numbers of a bucket at least: 8 MB. */
  static final long NUMBERS = 2L << 20;

  private final ProcessGroup group;
  private final List<Slot> slots = new ArrayList<>();
  private final List<Tensor> buckets = new ArrayList<>();
  private final List<Integer> sizes = new ArrayList<>();
  private final List<ProcessGroup.Pending> underWay = new ArrayList<>();
  private final List<GradientHook> hooks = new ArrayList<>();
  private int[] missing = {};
  private boolean lastBatch;
  private Optional<Slot> told = Optional.empty();
  private Optional<RuntimeException> failure = Optional.empty();

  /** A weight's place; what comes into it counts from the first hook on. */
  private static final class Slot {
    private final Tensor weight;
    private final Tensor gradient;
    private final int bucket;
    private final boolean once;
    private boolean reached;
    private boolean complete;

    private Slot(Tensor weight, Tensor gradient, int bucket, boolean once) {
      this.weight = weight;
      this.gradient = gradient;
      this.bucket = bucket;
      this.once = once;
    }
  }

  /**
   * Its tensors live in the scope that is open.
   *
   * @param weights leaves by canonical name, F32
   * @param numbers of a bucket at least
   */
  Buckets(ProcessGroup group, Map<String, Tensor> weights, long numbers) {
    this.group = group;
    List<Map.Entry<String, Tensor>> all = new ArrayList<>(weights.entrySet());
    all.sort(Comparator.comparingInt(e -> -depth(e.getKey())));
    for (int from = 0; from < all.size(); ) {
      int to = from;
      long size = 0;
      while (to < all.size() && size < numbers) {
        size += all.get(to++).getValue().count();
      }
      fill(all.subList(from, to), size);
      from = to;
    }
    for (Slot slot : slots) {
      hooks.add(slot.weight.onGradient(() -> reached(slot)));
    }
  }

  private void fill(List<Map.Entry<String, Tensor>> weights, long size) {
    Tensor bucket = Tensors.zeros(DType.F32, size);
    long at = 0;
    for (var entry : weights) {
      Tensor weight = entry.getValue();
      long end = at + weight.count();
      long[] shape = weight.shape().stream().mapToLong(Long::longValue).toArray();
      Tensor place = bucket.slice(0, at, end).reshape(shape);
      slots.add(new Slot(weight, place, buckets.size(), depth(entry.getKey()) > 0));
      at = end;
    }
    buckets.add(bucket);
    sizes.add(weights.size());
  }

  /**
   * How late in the stack a weight is used. Embedding and head come last, since a batch reaches
   * them several times: by chunks of logits, and by the stack.
   */
  private static int depth(String name) {
    if (name.startsWith(Part.FINAL_NORM)) {
      return Integer.MAX_VALUE;
    }
    return name.startsWith("layers.") ? 1 + Parts.place(name).layer() : 0;
  }

  /** Before a step: nothing has been learned yet. */
  void begin() {
    try (Autograd _ = Autograd.off()) {
      buckets.forEach(b -> b.inPlace().zero());
    }
    for (Slot slot : slots) {
      slot.weight.setGrad(slot.gradient);
      slot.reached = false;
      slot.complete = false;
    }
    missing = sizes.stream().mapToInt(Integer::intValue).toArray();
    lastBatch = false;
    told = Optional.empty();
    failure = Optional.empty();
  }

  /** Before the last batch of a step: from here on a layer's gradient is complete at once. */
  void lastBatch() {
    lastBatch = true;
  }

  /** Called from within the backward pass, before the gradient is added. */
  private void reached(Slot slot) {
    slot.reached = true;
    if (!lastBatch) {
      return;
    }
    try {
      told.ifPresent(this::complete);
      told = Optional.of(slot);
    } catch (RuntimeException e) { // libtorch would make another one of it on its way
      failure = Optional.of(e);
    }
  }

  private void complete(Slot slot) {
    if (!slot.once) {
      return;
    }
    if (slot.complete) {
      throw new IllegalStateException("A weight got a second gradient from the last batch.");
    }
    slot.complete = true;
    missing[slot.bucket]--;
    while (underWay.size() < buckets.size() && missing[underWay.size()] == 0) {
      sendNext();
    }
  }

  private void sendNext() {
    underWay.add(group.allReduce(buckets.get(underWay.size())));
  }

  /** How many buckets set out before the backward pass was over. */
  int early() {
    return underWay.size();
  }

  /**
   * After the last batch: waits until every gradient is the sum over all processes. Weights that no
   * process has reached have none.
   *
   * @param value this process's share of a number
   * @return the sum of the shares
   */
  double finish(double value) {
    failure.ifPresent(
        e -> {
          throw e;
        });
    told.ifPresent(this::complete);
    while (underWay.size() < buckets.size()) {
      sendNext();
    }
    try (Scope _ = Scope.open("gradients of all processes")) {
      double[] numbers = new double[slots.size() + 1];
      for (int i = 0; i < slots.size(); i++) {
        numbers[i] = slots.get(i).reached ? 1 : 0;
      }
      numbers[slots.size()] = value;
      Tensor shares = Tensors.of(numbers, numbers.length);
      ProcessGroup.Pending small = group.allReduce(shares);
      underWay.forEach(ProcessGroup.Pending::await);
      underWay.clear();
      small.await();
      double[] sums = shares.toDoubles();
      for (int i = 0; i < slots.size(); i++) {
        if (sums[i] == 0) {
          slots.get(i).weight.clearGrad();
        }
      }
      return sums[slots.size()];
    }
  }

  @Override
  public void close() {
    hooks.forEach(GradientHook::close);
  }
}
