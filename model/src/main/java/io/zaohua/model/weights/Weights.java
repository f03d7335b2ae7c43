package io.zaohua.model.weights;

import io.zaohua.model.file.TensorType;
import java.lang.foreign.MemorySegment;

/**
 * Weights by canonical name. Whether they come from a file, through a view, or from an adapter is
 * this interface's business, never the model's. Safe for concurrent reads.
 */
public interface Weights {

  /** Whether the part exists. */
  boolean has(String part);

  /**
   * Shape and element type of a part, as [rows, columns]; a vector is [1, n].
   *
   * @throws io.zaohua.model.UserError naming the missing tensor
   */
  Shape shape(String part);

  /** Rows {@code from .. from + count} in their stored type, one after another. */
  void readRows(String part, long from, int count, MemorySegment target);

  /** The whole part as f32, whatever its stored type. */
  float[] floats(String part);

  /** A part's shape and type. */
  record Shape(TensorType type, long rows, long columns) {
    public long rowBytes() {
      return type.bytes(columns);
    }
  }
}
