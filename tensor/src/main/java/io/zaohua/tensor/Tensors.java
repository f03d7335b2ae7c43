package io.zaohua.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** New tensors: from Java's numbers, filled, counted, joined. Without a device, on the CPU. */
public final class Tensors {
  private Tensors() {}

  /** F32 of the shape, values in row order; no shape sizes make a tensor of one element, []. */
  public static Tensor of(float[] values, long... shape) {
    return of(MemorySegment.ofArray(values), DType.F32, shape);
  }

  /** F64 of the shape, values in row order. */
  public static Tensor of(double[] values, long... shape) {
    return of(MemorySegment.ofArray(values), DType.F64, shape);
  }

  /** I32 of the shape, values in row order. */
  public static Tensor of(int[] values, long... shape) {
    return of(MemorySegment.ofArray(values), DType.I32, shape);
  }

  /** I64 of the shape, values in row order. */
  public static Tensor of(long[] values, long... shape) {
    return of(MemorySegment.ofArray(values), DType.I64, shape);
  }

  /** BOOL of the shape, values in row order. */
  public static Tensor of(boolean[] values, long... shape) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) (values[i] ? 1 : 0);
    }
    return of(MemorySegment.ofArray(bytes), DType.BOOL, shape);
  }

  /** A copy of little-endian bytes: as many as the shape's elements have. */
  public static Tensor of(MemorySegment bytes, DType type, long... shape) {
    Check.that(
        Check.count("of", shape) * type.bytes() == bytes.byteSize(),
        "of: %s%s needs %d bytes, and there are %d.",
        type,
        shape,
        Check.count("of", shape) * type.bytes(),
        bytes.byteSize());
    Tensor made =
        Torch.call("of", () -> torch.empty(shape, Torch.options(type, Device.CPU), Nothing.FORMAT));
    if (bytes.byteSize() > 0) {
      made.memory().copyFrom(bytes);
    }
    return made;
  }

  /** Zeros of the shape. */
  public static Tensor zeros(DType type, long... shape) {
    return zeros(type, Device.CPU, shape);
  }

  /** Zeros of the shape on a device. */
  public static Tensor zeros(DType type, Device device, long... shape) {
    Check.count("zeros", shape);
    return Torch.call("zeros", () -> torch.zeros(shape, Torch.options(type, device)));
  }

  /** Zeros of the type, device and shape of another tensor. */
  public static Tensor zerosLike(Tensor other) {
    return Torch.call("zerosLike", () -> torch.zeros_like(other.raw()), other);
  }

  /** Ones of the shape. */
  public static Tensor ones(DType type, long... shape) {
    return full(1, type, shape);
  }

  /** The value everywhere in the shape. */
  public static Tensor full(double value, DType type, long... shape) {
    return full(value, type, Device.CPU, shape);
  }

  /** The value everywhere in the shape, on a device. */
  public static Tensor full(double value, DType type, Device device, long... shape) {
    Check.count("full", shape);
    try (Scalar scalar = new Scalar(value)) {
      return Torch.call("full", () -> torch.full(shape, scalar, Torch.options(type, device)));
    }
  }

  /** start, start + 1 .. end - 1 as I64 [end - start]. */
  public static Tensor arange(long start, long end) {
    Check.that(start <= end, "arange: start %d is after end %d.", start, end);
    try (Scalar from = new Scalar(start);
        Scalar to = new Scalar(end)) {
      return Torch.call(
          "arange", () -> torch.arange(from, to, Torch.options(DType.I64, Device.CPU)));
    }
  }

  /** start, start + step .. while below end, [ceil((end - start) / step)]; step above 0. */
  public static Tensor arange(double start, double end, double step, DType type) {
    Check.that(step > 0 && start <= end, "arange: from %s to %s in steps of %s.", start, end, step);
    try (Scalar from = new Scalar(start);
        Scalar to = new Scalar(end);
        Scalar by = new Scalar(step)) {
      return Torch.call(
          "arange", () -> torch.arange(from, to, by, Torch.options(type, Device.CPU)));
    }
  }

  /** Joined along an axis: [.., a, ..], [.., b, ..] .. to [.., a + b + .., ..]; one type. */
  public static Tensor cat(int axis, List<Tensor> parts) {
    checkAlike("cat", parts);
    Tensor first = parts.getFirst();
    int a = Check.axis("cat", axis, first);
    for (Tensor part : parts) {
      for (int i = 0; i < first.rank(); i++) {
        Check.that(
            part.rank() == first.rank() && (i == a || part.sizes()[i] == first.sizes()[i]),
            "cat: %s and %s must be equal but for axis %d.",
            first,
            part,
            axis);
      }
    }
    return joined("cat", parts, vector -> torch.cat(vector, a));
  }

  /** Equal shapes [..] side by side along a new axis: [.., n, ..]. */
  public static Tensor stack(int axis, List<Tensor> parts) {
    checkAlike("stack", parts);
    Tensor first = parts.getFirst();
    int a = Check.axis("stack", axis, first.rank() + 1, first);
    for (Tensor part : parts) {
      Check.that(
          Arrays.equals(part.sizes(), first.sizes()),
          "stack: %s and %s must be equal.",
          first,
          part);
    }
    return joined("stack", parts, vector -> torch.stack(vector, a));
  }

  private static void checkAlike(String operation, List<Tensor> parts) {
    Check.that(!parts.isEmpty(), "%s: there must be at least one tensor.", operation);
    for (Tensor part : parts) {
      Check.sameType(operation, parts.getFirst(), part);
    }
  }

  private static Tensor joined(
      String operation,
      List<Tensor> parts,
      java.util.function.Function<TensorVector, org.bytedeco.pytorch.Tensor> work) {
    Tensor[] operands = parts.toArray(Tensor[]::new);
    for (Tensor part : operands) {
      part.checkUsable(operation);
    }
    try (TensorVector vector = new TensorVector()) {
      for (Tensor part : operands) {
        vector.push_back(part.raw());
      }
      return Torch.call(operation, () -> work.apply(vector), operands);
    }
  }
}
