package io.zaohua.model.file;

import java.util.List;

/**
 * One tensor of a checkpoint.
 *
 * @param name the name in the file
 * @param type how its elements are stored
 * @param shape outermost dimension first, as in safetensors and PyTorch (GGUF stores the reverse)
 */
public record TensorInfo(String name, TensorType type, List<Long> shape) {
  public TensorInfo {
    shape = List.copyOf(shape);
  }

  /** Number of elements. */
  public long elements() {
    long n = 1;
    for (long d : shape) {
      n = Math.multiplyExact(n, d);
    }
    return n;
  }

  /** Length of the innermost dimension; 1 for a scalar. */
  public long columns() {
    return shape.isEmpty() ? 1 : shape.getLast();
  }

  /** All outer dimensions flattened: the tensor seen as a matrix [rows, columns]. */
  public long rows() {
    long n = 1;
    for (int i = 0; i < shape.size() - 1; i++) {
      n = Math.multiplyExact(n, shape.get(i));
    }
    return n;
  }

  /** Bytes of one row. */
  public long rowBytes() {
    return type.bytes(columns());
  }

  /** Bytes of the whole tensor. */
  public long bytes() {
    return Math.multiplyExact(rows(), rowBytes());
  }
}
