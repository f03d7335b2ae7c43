package io.zaohua.model.quant;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * A quantised type seen as what it is: integer codes in groups, each group with one scale and, for
 * some types, one minimum. Element i of group g is
 *
 * <pre>
 * value = scale[g] * code[i] + min[g]
 * </pre>
 *
 * <p>computed in f32 in this order. Codes are signed and already free of any offset (Q4_0: -8 ..
 * 7); minima are added, so those of the K types come out negated (at most 0). Without {@code
 * hasMins} the minimum is 0 and is not written.
 *
 * <p>Bit layouts: ggml-common.h and ggml-quants.c of llama.cpp.
 *
 * @param type the stored type
 * @param group elements that share a scale: 16 or 32
 * @param hasMins whether groups have a minimum
 * @param minCode least code
 * @param maxCode greatest code
 * @param unpack reads one block
 */
public record BlockFormat(
    TensorType type, int group, boolean hasMins, int minCode, int maxCode, Unpack unpack) {

  /** Reads one block out of its bytes. */
  @FunctionalInterface
  public interface Unpack {
    /**
     * @param bytes holds the block from {@code from} on
     * @param codes receives a block of codes from {@code code} on
     * @param scales receives the scales from {@code group} on
     * @param mins receives the minima from {@code group} on; untouched for types without
     */
    void block(
        byte[] bytes, int from, byte[] codes, int code, float[] scales, float[] mins, int group);
  }

  /**
   * The format of a quantised type.
   *
   * @throws UserError if the type is plain, or one that Zaohua cannot read
   */
  public static BlockFormat of(TensorType type) {
    return find(type).orElseThrow(() -> unsupported(type));
  }

  /** The format of a type, empty if it is plain or unknown here. */
  public static Optional<BlockFormat> find(TensorType type) {
    return switch (type) {
      case Q4_0 -> some(type, 32, false, -8, 7, SimpleBlocks::q4_0);
      case Q4_1 -> some(type, 32, true, 0, 15, SimpleBlocks::q4_1);
      case Q5_0 -> some(type, 32, false, -16, 15, SimpleBlocks::q5_0);
      case Q5_1 -> some(type, 32, true, 0, 31, SimpleBlocks::q5_1);
      case Q8_0 -> some(type, 32, false, -128, 127, SimpleBlocks::q8_0);
      case IQ4_NL -> some(type, 32, false, -127, 113, SimpleBlocks::iq4nl);
      case MXFP4 -> some(type, 32, false, -12, 12, SimpleBlocks::mxfp4);
      case Q2_K -> some(type, 16, true, 0, 3, SuperBlocks::q2k);
      case Q3_K -> some(type, 16, false, -4, 3, SuperBlocks::q3k);
      case Q4_K -> some(type, 32, true, 0, 15, SuperBlocks::q4k);
      case Q5_K -> some(type, 32, true, 0, 31, SuperBlocks::q5k);
      case Q6_K -> some(type, 16, false, -32, 31, SuperBlocks::q6k);
      case IQ4_XS -> some(type, 32, false, -127, 113, SuperBlocks::iq4xs);
      case F32, F16, BF16, F64, F8_E4M3, F8_E5M2 -> Optional.empty();
      case I8, I16, I32, I64, U8, U16, U32, U64, BOOL -> Optional.empty();
      case Q8_1, Q8_K, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ1_S, IQ1_M -> Optional.empty();
      case TQ1_0, TQ2_0, NVFP4 -> Optional.empty();
    };
  }

  private static Optional<BlockFormat> some(
      TensorType type, int group, boolean hasMins, int minCode, int maxCode, Unpack unpack) {
    return Optional.of(new BlockFormat(type, group, hasMins, minCode, maxCode, unpack));
  }

  static UserError unsupported(TensorType type) {
    return new UserError(
        UserError.Kind.UNSUPPORTED,
        Message.of("Weights of type %s cannot be read here.", "这里无法读取 %s 类型的权重。", type.name()),
        Message.of(
            "Use a file in F32, F16, BF16, F8, Q4_0 to Q8_0, Q2_K to Q6_K, IQ4_NL, IQ4_XS or MXFP4.",
            "请使用 F32、F16、BF16、F8、Q4_0 至 Q8_0、Q2_K 至 Q6_K、IQ4_NL、IQ4_XS 或 MXFP4 的文件。"));
  }

  /** Groups in {@code elements} consecutive elements. */
  public int groups(int elements) {
    return elements / group;
  }

  /**
   * Codes, scales and minima of {@code elements} elements, a multiple of the type's block size.
   *
   * @param source stored bytes
   * @param offset byte offset of the first block, counted from the start of {@code source}
   * @param codes at least {@code elements} long
   * @param scales at least {@code groups(elements)} long
   * @param mins the same, or empty for a type without minima
   */
  public void codes(
      MemorySegment source, long offset, int elements, byte[] codes, float[] scales, float[] mins) {
    byte[] bytes = new byte[Math.toIntExact(type.bytes(elements))];
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, bytes, 0, bytes.length);
    int perBlock = type.blockSize() / group;
    int blocks = elements / type.blockSize();
    for (int b = 0; b < blocks; b++) {
      unpack.block(
          bytes, b * type.blockBytes(), codes, b * type.blockSize(), scales, mins, b * perBlock);
    }
  }

  /** The same from the start of a row's bytes. */
  public void codes(MemorySegment row, int columns, byte[] codes, float[] scales, float[] mins) {
    codes(row, 0, columns, codes, scales, mins);
  }
}
