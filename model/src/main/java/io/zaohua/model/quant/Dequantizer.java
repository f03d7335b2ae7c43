package io.zaohua.model.quant;

import io.zaohua.model.file.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads stored elements as f32. Stateless, safe for any number of threads. */
@FunctionalInterface
public interface Dequantizer {

  /**
   * Elements as f32.
   *
   * @param source stored bytes, little-endian
   * @param offset byte offset of the first element or block
   * @param elements how many; a multiple of the type's block size
   * @param target receives them from {@code at} on
   */
  void decode(MemorySegment source, long offset, int elements, float[] target, int at);

  /**
   * The reader of a type.
   *
   * @throws io.zaohua.model.UserError naming the type if it cannot be read as f32
   */
  static Dequantizer of(TensorType type) {
    return switch (type) {
      case F32 -> PlainTypes::f32;
      case F16 -> PlainTypes::f16;
      case BF16 -> PlainTypes::bf16;
      case F64 -> PlainTypes::f64;
      case F8_E4M3 -> PlainTypes::f8e4m3;
      case F8_E5M2 -> PlainTypes::f8e5m2;
      case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL, MXFP4, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_XS ->
          blocks(BlockFormat.of(type));
      case Q8_1, Q8_K, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ1_S, IQ1_M, TQ1_0, TQ2_0, NVFP4 ->
          throw BlockFormat.unsupported(type);
      case I8, I16, I32, I64, U8, U16, U32, U64, BOOL -> throw BlockFormat.unsupported(type);
    };
  }

  private static Dequantizer blocks(BlockFormat format) {
    int size = format.type().blockSize();
    int groups = size / format.group();
    return (source, offset, elements, target, at) -> {
      byte[] bytes = new byte[Math.toIntExact(format.type().bytes(elements))];
      MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, bytes, 0, bytes.length);
      byte[] codes = new byte[size];
      float[] scales = new float[groups];
      float[] mins = new float[groups];
      for (int e = 0, from = 0; e < elements; e += size, from += format.type().blockBytes()) {
        format.unpack().block(bytes, from, codes, 0, scales, mins, 0);
        for (int g = 0; g < groups; g++) {
          int first = g * format.group();
          scaled(codes, first, format, scales[g], mins[g], target, at + e + first);
        }
      }
    };
  }

  private static void scaled(
      byte[] codes, int from, BlockFormat format, float scale, float min, float[] to, int at) {
    int n = format.group();
    if (format.hasMins()) {
      for (int i = 0; i < n; i++) {
        to[at + i] = scale * codes[from + i] + min;
      }
    } else {
      for (int i = 0; i < n; i++) {
        to[at + i] = scale * codes[from + i];
      }
    }
  }
}
