package io.zaohua.learn.run;

import io.zaohua.learn.TensorFiles;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.ProcessGroup;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An optimizer shared out over processes (ZeRO stage 1, Rajbhandari et al. 2020): each remembers
 * and changes its share of the weights, and gives the others the new values. Checkpoints hold the
 * whole memory, so that any number of processes goes on from them.
 */
final class Shards {
  private static final int LENGTH = 0; // tags of messages
  private static final int LIST = 1;
  private static final int FIRST_TENSOR = 2;

  private final ProcessGroup group;
  private final Map<String, Tensor> weights;
  private final Map<String, Integer> owners;

  Shards(ProcessGroup group, Map<String, Tensor> weights) {
    this.group = group;
    this.weights = weights;
    this.owners = owners(weights, group.size());
  }

  /** The largest weights first, each to the process that has the least so far. */
  static Map<String, Integer> owners(Map<String, Tensor> weights, int processes) {
    long[] load = new long[processes];
    Map<String, Integer> owners = new LinkedHashMap<>();
    weights.entrySet().stream()
        .sorted(Comparator.comparingLong(e -> -e.getValue().count()))
        .forEach(
            e -> {
              int least = 0;
              for (int i = 1; i < processes; i++) {
                least = load[i] < load[least] ? i : least;
              }
              load[least] += e.getValue().count();
              owners.put(e.getKey(), least);
            });
    return owners;
  }

  /** The weights that this process changes. */
  Map<String, Tensor> own() {
    Map<String, Tensor> own = new LinkedHashMap<>(weights);
    own.keySet().removeIf(name -> owner(name) != group.rank());
    return own;
  }

  private int owner(String name) {
    return Objects.requireNonNull(owners.get(name));
  }

  /** After a step: every weight as its process has changed it. */
  void spread() {
    List<ProcessGroup.Pending> underWay = new ArrayList<>();
    weights.forEach((name, weight) -> underWay.add(group.broadcast(weight, owner(name))));
    underWay.forEach(ProcessGroup.Pending::await);
  }

  /**
   * The memory of all processes, in the first one: those of others come when they are asked for,
   * each once. The others give theirs, and get an empty list.
   */
  List<TensorFiles.Entry> collect(Map<String, Tensor> memory) {
    List<TensorFiles.Entry> all = new ArrayList<>();
    if (group.rank() > 0) {
      List<Tensor> tensors = tell(memory);
      List<ProcessGroup.Pending> underWay = new ArrayList<>();
      for (int i = 0; i < tensors.size(); i++) {
        underWay.add(group.send(tensors.get(i), 0, FIRST_TENSOR + i));
      }
      underWay.forEach(ProcessGroup.Pending::await);
      return all;
    }
    memory.forEach((name, tensor) -> all.add(TensorFiles.Entry.of(name, tensor)));
    for (int process = 1; process < group.size(); process++) {
      List<Listed> list = listOf(process);
      for (int i = 0; i < list.size(); i++) {
        Listed listed = list.get(i);
        int from = process;
        int tag = FIRST_TENSOR + i;
        all.add(
            new TensorFiles.Entry(
                listed.name(), listed.shape(), () -> received(listed.shape(), from, tag)));
      }
    }
    return all;
  }

  private Tensor received(List<Long> shape, int from, int tag) {
    Tensor tensor = Tensors.zeros(DType.F32, sizes(shape));
    group.receive(tensor, from, tag).await();
    return tensor;
  }

  /**
   * Gives every process its memory back. The first one fills tensors that are its own or another's;
   * the others pass over {@code filled}.
   */
  void spreadMemory(Map<String, Tensor> memory, Filled filled) {
    if (group.rank() > 0) {
      List<Tensor> tensors = tell(memory);
      for (int i = 0; i < tensors.size(); i++) {
        group.receive(tensors.get(i), 0, FIRST_TENSOR + i).await();
      }
      return;
    }
    filled.fill(memory);
    for (int process = 1; process < group.size(); process++) {
      List<Listed> list = listOf(process);
      for (int i = 0; i < list.size(); i++) {
        try (Scope _ = Scope.open("memory of another process")) {
          Tensor tensor = Tensors.zeros(DType.F32, sizes(list.get(i).shape()));
          filled.fill(Map.of(list.get(i).name(), tensor));
          group.send(tensor, process, FIRST_TENSOR + i).await();
        }
      }
    }
  }

  /** Fills tensors by name from a checkpoint. */
  @FunctionalInterface
  interface Filled {
    void fill(Map<String, Tensor> tensors);
  }

  private record Listed(String name, List<Long> shape) {
    @Override
    public String toString() {
      return name + "\t" + String.join(",", shape.stream().map(Object::toString).toList());
    }

    static Listed parse(String line) {
      int tab = line.indexOf('\t');
      String sizes = line.substring(tab + 1);
      return new Listed(
          line.substring(0, tab),
          sizes.isEmpty()
              ? List.of()
              : Arrays.stream(sizes.split(",")).map(Long::valueOf).toList());
    }
  }

  /** Tells the first process what this one has, and gives it back in that order. */
  private List<Tensor> tell(Map<String, Tensor> memory) {
    List<String> lines = new ArrayList<>();
    memory.forEach((name, tensor) -> lines.add(new Listed(name, tensor.shape()).toString()));
    byte[] text = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    try (Scope _ = Scope.open("list of tensors")) {
      group.send(Tensors.of(new long[] {text.length}, 1), 0, LENGTH).await();
      if (text.length > 0) {
        Tensor bytes = Tensors.of(MemorySegment.ofArray(text), DType.U8, text.length);
        group.send(bytes, 0, LIST).await();
      }
    }
    return List.copyOf(memory.values());
  }

  private List<Listed> listOf(int process) {
    try (Scope _ = Scope.open("list of tensors")) {
      Tensor length = Tensors.of(new long[1], 1);
      group.receive(length, process, LENGTH).await();
      byte[] text = new byte[Math.toIntExact(length.toLongs()[0])];
      if (text.length == 0) {
        return List.of();
      }
      Tensor bytes = Tensors.zeros(DType.U8, text.length);
      group.receive(bytes, process, LIST).await();
      bytes.copyTo(MemorySegment.ofArray(text));
      return new String(text, StandardCharsets.UTF_8).lines().map(Listed::parse).toList();
    }
  }

  private static long[] sizes(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
