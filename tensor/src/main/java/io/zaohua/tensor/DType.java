package io.zaohua.tensor;

import org.bytedeco.pytorch.global.torch.ScalarType;

/** What one element of a tensor is. */
public enum DType {
  F64(ScalarType.Double, 8),
  F32(ScalarType.Float, 4),
  BF16(ScalarType.BFloat16, 2),
  F16(ScalarType.Half, 2),
  I64(ScalarType.Long, 8),
  I32(ScalarType.Int, 4),
  U8(ScalarType.Byte, 1),
  BOOL(ScalarType.Bool, 1);

  private final ScalarType raw;
  private final int bytes;

  DType(ScalarType raw, int bytes) {
    this.raw = raw;
    this.bytes = bytes;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Whether it holds fractions; only such tensors can have gradients. */
  public boolean isFloat() {
    return switch (this) {
      case F64, F32, BF16, F16 -> true;
      case I64, I32, U8, BOOL -> false;
    };
  }

  ScalarType raw() {
    return raw;
  }

  static DType of(ScalarType raw) {
    for (DType type : values()) {
      if (type.raw.value == raw.value) { // JavaCPP gives a new object, not the constant
        return type;
      }
    }
    throw new IllegalStateException(
        "libtorch gave a tensor of type " + raw + ", and tensor/ knows none such.");
  }
}
