package io.zaohua.learn.data;

import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.safetensors.SafetensorsFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Whole numbers made ready by another program: I64 tensors whose first axis counts batches.
 *
 * @param count batches
 */
record Stacks(SafetensorsFile file, int count) {

  /** Whether a tensor is such a stack: I64, not empty, and each batch small enough for an array. */
  static boolean fits(TensorInfo info, int axes) {
    return info.type() == TensorType.I64
        && info.shape().size() == axes
        && !info.shape().contains(0L)
        && info.elements() / info.shape().getFirst() < Integer.MAX_VALUE / 8;
  }

  /** One batch of a tensor that is there, row after row. */
  long[] read(String name, int index) {
    TensorInfo info = file.find(name).orElseThrow();
    long bytes = info.bytes() / count;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment part = arena.allocate(bytes, 8);
      file.read(info, index * bytes, part);
      return part.toArray(ValueLayout.JAVA_LONG_UNALIGNED);
    }
  }
}
