package io.zaohua.learn;

import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.model.safetensors.SafetensorsWriter;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** F32 tensors by name, as safetensors and back. */
public final class TensorFiles {
  private TensorFiles() {}

  /**
   * A tensor to write.
   *
   * @param tensor asked for once, when its turn has come, in a scope of its own
   */
  public record Entry(String name, List<Long> shape, Supplier<Tensor> tensor) {
    /** A tensor that is there already. */
    public static Entry of(String name, Tensor tensor) {
      return new Entry(name, tensor.shape(), () -> tensor);
    }
  }

  /** Writes a file that appears when it is complete and on the disk. */
  public static void write(Path file, Map<String, String> metadata, Map<String, Tensor> tensors) {
    List<Entry> entries = new ArrayList<>();
    tensors.forEach((name, tensor) -> entries.add(Entry.of(name, tensor)));
    write(file, metadata, entries);
  }

  /** The same with tensors that are not all there at once. */
  public static void write(Path file, Map<String, String> metadata, List<Entry> tensors) {
    Map<String, Entry> byName = new LinkedHashMap<>();
    tensors.forEach(entry -> byName.put(entry.name(), entry));
    var infos =
        tensors.stream()
            .map(entry -> new TensorInfo(entry.name(), TensorType.F32, entry.shape()))
            .toList();
    new SafetensorsWriter(metadata, infos)
        .write(
            file,
            (info, sink) -> {
              try (Scope _ = Scope.open("tensor to write");
                  Arena arena = Arena.ofConfined()) {
                Tensor tensor = Objects.requireNonNull(byName.get(info.name())).tensor().get();
                MemorySegment bytes = arena.allocate(Math.max(1, info.bytes()), 8);
                MemorySegment all = bytes.asSlice(0, info.bytes());
                tensor.copyTo(all);
                sink.accept(all);
              }
            });
  }

  /**
   * Fills tensors from a file, bit for bit.
   *
   * @return the name of the first tensor that the file lacks or has in another shape
   */
  public static Optional<String> fill(SafetensorsFile file, Map<String, Tensor> tensors) {
    for (var entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      Optional<TensorInfo> info =
          file.find(entry.getKey())
              .filter(i -> i.type() == TensorType.F32 && i.shape().equals(tensor.shape()));
      if (info.isEmpty()) {
        return Optional.of(entry.getKey());
      }
      try (Scope _ = Scope.open("filled from a file");
          Autograd _ = Autograd.off();
          Arena arena = Arena.ofConfined()) {
        MemorySegment bytes = arena.allocate(Math.max(1, info.get().bytes()), 8);
        MemorySegment all = bytes.asSlice(0, info.get().bytes());
        file.read(info.get(), 0, all);
        long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
        tensor.inPlace().copy(Tensors.of(all, DType.F32, shape));
      }
    }
    return Optional.empty();
  }
}
