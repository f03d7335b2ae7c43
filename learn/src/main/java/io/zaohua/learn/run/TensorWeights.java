package io.zaohua.learn.run;

import io.zaohua.model.file.TensorType;
import io.zaohua.model.weights.Weights;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;

/**
 * Tensors as {@code model/} reads weights when it writes files.
 *
 * @param parts a part's F32 tensor by canonical name
 */
record TensorWeights(Function<String, Tensor> parts) implements Weights {
  @Override
  public boolean has(String part) {
    return true;
  }

  @Override
  public Shape shape(String part) {
    try (Scope _ = Scope.open("shape")) {
      Tensor tensor = parts.apply(part);
      return tensor.rank() == 1
          ? new Shape(TensorType.F32, 1, tensor.size(0))
          : new Shape(TensorType.F32, tensor.size(0), tensor.size(1));
    }
  }

  @Override
  public void readRows(String part, long from, int count, MemorySegment target) {
    try (Scope _ = Scope.open("rows to write")) {
      Tensor tensor = parts.apply(part);
      Tensor rows = tensor.rank() == 1 ? tensor : tensor.slice(0, from, from + count);
      rows.copyTo(target);
    }
  }

  @Override
  public float[] floats(String part) {
    try (Scope _ = Scope.open("values to write")) {
      return parts.apply(part).toFloats();
    }
  }
}
