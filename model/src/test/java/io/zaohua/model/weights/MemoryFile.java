package io.zaohua.model.weights;

import io.zaohua.model.file.TensorFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** F32 tensors in memory whose elements count up, from 0 unless told. */
public final class MemoryFile implements TensorFile {
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

  private final int first;

  public MemoryFile() {
    this(0);
  }

  public MemoryFile(int first) {
    this.first = first;
  }

  public MemoryFile with(String name, long... shape) {
    var dims = java.util.Arrays.stream(shape).boxed().toList();
    tensors.put(name, new TensorInfo(name, TensorType.F32, dims));
    return this;
  }

  @Override
  public List<TensorInfo> tensors() {
    return List.copyOf(tensors.values());
  }

  @Override
  public Optional<TensorInfo> find(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  @Override
  public void read(TensorInfo tensor, long offset, MemorySegment target) {
    var floats = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < target.byteSize(); i += 4) {
      target.set(floats, i, first + (offset + i) / 4f);
    }
  }

  @Override
  public void close() {}
}
