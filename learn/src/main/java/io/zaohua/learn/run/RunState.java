package io.zaohua.learn.run;

import io.zaohua.learn.TensorFiles;
import io.zaohua.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a checkpoint holds: put together from all processes, and given back to as many as go on. All
 * of them call its methods; the first one alone sees files.
 *
 * @param replicas the processes
 * @param shards how the optimizer is shared out, if it is
 * @param whole what every process has whole, by name
 * @param memory what this process's optimizer remembers, as {@code kind/name}
 */
record RunState(
    Replicas replicas,
    Optional<Shards> shards,
    Map<String, Tensor> whole,
    Map<String, Tensor> memory) {

  /** All of it, to be written by the first process; empty in the others, which give their part. */
  List<TensorFiles.Entry> collect() {
    List<TensorFiles.Entry> all = new ArrayList<>();
    if (replicas.first()) {
      whole.forEach((name, tensor) -> all.add(TensorFiles.Entry.of(name, tensor)));
    }
    if (shards.isPresent()) {
      all.addAll(shards.get().collect(memory));
    } else if (replicas.first()) {
      memory.forEach((name, tensor) -> all.add(TensorFiles.Entry.of(name, tensor)));
    }
    return all;
  }

  /** Every process gets what the first one fills in, from a checkpoint or from nothing. */
  void spread(Shards.Filled filled) {
    Map<String, Tensor> common = new LinkedHashMap<>(whole);
    if (shards.isEmpty()) {
      common.putAll(memory);
    }
    if (replicas.first()) {
      filled.fill(common);
    }
    replicas.equalize(common.values());
    shards.ifPresent(s -> s.spreadMemory(memory, filled));
  }
}
