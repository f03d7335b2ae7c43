package io.zaohua.model.quant;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorType;

/**
 * Writes f32 values in a stored type. Stateless, safe for any number of threads.
 *
 * <p>The bytes are those llama.cpp writes without an importance matrix.
 */
@FunctionalInterface
public interface Quantizer {

  /**
   * Encodes a run of finite values.
   *
   * @param source values from {@code at} on
   * @param elements how many; a multiple of the type's block size
   * @param target receives the bytes from {@code to} on
   * @throws ArithmeticException if a value or a scale is past what the type can hold
   */
  void encode(float[] source, int at, int elements, byte[] target, int to);

  /**
   * All values in a stored type.
   *
   * @param name whose values they are
   * @throws UserError if one is past what the type can hold
   */
  static byte[] encoded(TensorType type, float[] values, String name) {
    byte[] bytes = new byte[Math.toIntExact(type.bytes(values.length))];
    try {
      of(type).encode(values, 0, values.length, bytes, 0);
    } catch (ArithmeticException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "The tensor %s has values that %s cannot hold.", "张量 %s 中有 %s 无法表示的值。", name, type),
          Message.of("Choose F32.", "请选择 F32。"),
          e);
    }
    return bytes;
  }

  /**
   * The writer of a type.
   *
   * @throws UserError naming the type if it cannot be written
   */
  static Quantizer of(TensorType type) {
    return switch (type) {
      case F32 -> PlainTypes::toF32;
      case F16 -> PlainTypes::toF16;
      case BF16 -> PlainTypes::toBf16;
      case Q4_0 -> blocks(type, SimpleEncoders::q4_0);
      case Q4_1 -> blocks(type, SimpleEncoders::q4_1);
      case Q5_0 -> blocks(type, SimpleEncoders::q5_0);
      case Q5_1 -> blocks(type, SimpleEncoders::q5_1);
      case Q8_0 -> blocks(type, SimpleEncoders::q8_0);
      case IQ4_NL -> blocks(type, SimpleEncoders::iq4nl);
      case Q2_K -> blocks(type, SuperEncoders::q2k);
      case Q3_K -> blocks(type, SuperEncoders::q3k);
      case Q4_K -> blocks(type, SuperEncoders::q4k);
      case Q5_K -> blocks(type, SuperEncoders::q5k);
      case Q6_K -> blocks(type, SuperEncoders::q6k);
      case Q8_1, Q8_K, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ1_S, IQ1_M, IQ4_XS ->
          throw unsupported(type);
      case TQ1_0, TQ2_0, MXFP4, NVFP4, F64, F8_E4M3, F8_E5M2 -> throw unsupported(type);
      case I8, I16, I32, I64, U8, U16, U32, U64, BOOL -> throw unsupported(type);
    };
  }

  private static UserError unsupported(TensorType type) {
    return new UserError(
        UserError.Kind.UNSUPPORTED,
        Message.of("Weights cannot be written as %s.", "权重不能写成 %s。", type.name()),
        Message.of(
            "Use F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K to Q6_K or IQ4_NL.",
            "请使用 F32、F16、BF16、Q4_0、Q4_1、Q5_0、Q5_1、Q8_0、Q2_K 至 Q6_K 或 IQ4_NL。"));
  }

  /** Writes one block of {@code x} from {@code at} on to {@code b} from {@code to} on. */
  @FunctionalInterface
  interface Block {
    void encode(float[] x, int at, byte[] b, int to);
  }

  private static Quantizer blocks(TensorType type, Block block) {
    return (source, at, elements, target, to) -> {
      long bytes = type.bytes(elements);
      for (int e = 0, b = 0; b < bytes; e += type.blockSize(), b += type.blockBytes()) {
        block.encode(source, at + e, target, to + b);
      }
    };
  }
}
