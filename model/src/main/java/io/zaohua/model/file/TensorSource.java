package io.zaohua.model.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** Supplies the bytes of tensors while a file is written, so that no model need fit in memory. */
@FunctionalInterface
public interface TensorSource {

  /**
   * Hands all bytes of the tensor to {@code sink}, front to back, in pieces of any size. A piece is
   * written before the sink returns, so its memory may be used again.
   */
  void write(TensorInfo tensor, Consumer<MemorySegment> sink);

  /** The bytes as they stand in another file, by the same name. */
  static TensorSource of(TensorFile file) {
    return (tensor, sink) -> {
      long size = tensor.bytes();
      try (var arena = Arena.ofConfined()) {
        var buffer = arena.allocate(Math.min(size, 4 << 20));
        for (long at = 0; at < size; at += buffer.byteSize()) {
          var piece = buffer.asSlice(0, Math.min(buffer.byteSize(), size - at));
          file.read(tensor, at, piece);
          sink.accept(piece);
        }
      }
    };
  }
}
