package io.zaohua.model.safetensors;

import io.zaohua.model.file.TensorType;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The element types of safetensors; their names are ours. */
final class DType {
  static final Set<TensorType> ALL =
      EnumSet.of(
          TensorType.F64,
          TensorType.F32,
          TensorType.F16,
          TensorType.BF16,
          TensorType.F8_E4M3,
          TensorType.F8_E5M2,
          TensorType.I8,
          TensorType.I16,
          TensorType.I32,
          TensorType.I64,
          TensorType.U8,
          TensorType.U16,
          TensorType.U32,
          TensorType.U64,
          TensorType.BOOL);

  private DType() {}

  static Optional<TensorType> find(String dtype) {
    return ALL.stream().filter(t -> t.name().equals(dtype)).findFirst();
  }
}
