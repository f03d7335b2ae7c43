package io.zaohua.model.file;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Tensors by name, from one file or from several shards. Bytes are read through the channel into
 * private memory, never through a mapping: a mapped file that is truncated kills the JVM.
 *
 * <p>Implementations are safe for concurrent reads.
 */
public interface TensorFile extends AutoCloseable {

  /** All tensors, in file order. */
  List<TensorInfo> tensors();

  Optional<TensorInfo> find(String name);

  /**
   * Fills {@code target} with bytes of the tensor from {@code offset} on, little-endian as stored.
   *
   * @throws io.zaohua.model.UserError if the file ends early or was changed meanwhile
   */
  void read(TensorInfo tensor, long offset, MemorySegment target);

  @Override
  void close();
}
