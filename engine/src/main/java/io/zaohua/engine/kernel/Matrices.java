package io.zaohua.engine.kernel;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.quant.BlockFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.List;

/**
 * Brings stored weights into kernel layout: group of rows by group of rows, on all cores, with a
 * few buffers besides the result.
 */
public final class Matrices {

  /** Where the stored rows come from; called from several threads. */
  @FunctionalInterface
  public interface Rows {
    /** Rows {@code from .. from + count} in their stored type, one after another. */
    void read(long from, int count, MemorySegment target);
  }

  /** Stored bytes read at a time. */
  private static final int PIECE_BYTES = 1 << 20;

  private Matrices() {}

  /**
   * A matrix in native memory of {@code memory}; using it after its arena was closed throws {@link
   * IllegalStateException}. It must come from a shared arena, and allow several threads.
   *
   * @throws UserError if the type has no kernel, or a weight is NaN or infinite
   */
  public static Matrix pack(
      TensorType type, int rows, int columns, Rows source, SegmentAllocator memory, Cores cores) {
    return switch (type) {
      case F32, F16, BF16 ->
          new DenseMatrix(
              type,
              rows,
              columns,
              fill(type, rows, columns, source, new DensePacker(type, columns), memory, cores));
      case Q4_0, Q4_1, Q4_K, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS, MXFP4 ->
          blocks(type, rows, columns, source, memory, cores);
      default ->
          throw new UserError(
              UserError.Kind.UNSUPPORTED,
              Message.of(
                  "Weights of type %s cannot be computed with.", "无法用 %s 类型的权重计算。", type.name()),
              Message.of(
                  "Convert the model to F32, F16, BF16, Q4_0 to Q8_0, Q2_K to Q6_K, IQ4_NL, IQ4_XS or MXFP4.",
                  "请将模型转换为 F32、F16、BF16、Q4_0 至 Q8_0、Q2_K 至 Q6_K、IQ4_NL、IQ4_XS 或 MXFP4。"));
    };
  }

  /** Whether a type has a kernel. */
  public static boolean supports(TensorType type) {
    return switch (type) {
      case F32, F16, BF16 -> true;
      default -> BlockFormat.find(type).isPresent();
    };
  }

  private static Matrix blocks(
      TensorType type, int rows, int columns, Rows source, SegmentAllocator memory, Cores cores) {
    BlockFormat format = BlockFormat.of(type);
    var layout = PackedMatrix.Layout.of(format);
    var packer = new BlockPacker(layout, format, columns);
    Storage storage = fill(type, rows, columns, source, packer, memory, cores);
    return new PackedMatrix(layout, format, rows, columns, storage);
  }

  private static Storage fill(
      TensorType type,
      int rows,
      int columns,
      Rows source,
      Packer packer,
      SegmentAllocator memory,
      Cores cores) {
    long rowBytes = type.bytes(columns);
    int groups = (rows + Lanes.GROUP - 1) / Lanes.GROUP;
    int perPiece = Math.clamp(PIECE_BYTES / (rowBytes * Lanes.GROUP), 1, Math.max(1, groups / 8));
    int pieces = (groups + perPiece - 1) / perPiece;
    long groupBytes = 4L * packer.ints();
    var segments = new MemorySegment[pieces];
    cores.forEach(
        pieces,
        1,
        (from, to, thread) -> {
          try (Arena own = Arena.ofConfined()) {
            MemorySegment stored = own.allocate(rowBytes * Lanes.GROUP * perPiece, 64);
            Packer.Work work = packer.work();
            for (int p = from; p < to; p++) {
              int first = p * perPiece * Lanes.GROUP;
              int count = Math.min(perPiece * Lanes.GROUP, rows - first);
              source.read(first, count, stored.asSlice(0, rowBytes * count));
              int n = (count + Lanes.GROUP - 1) / Lanes.GROUP;
              MemorySegment target = memory.allocate(groupBytes * n, 64);
              for (int g = 0; g < n; g++) {
                int has = Math.min(Lanes.GROUP, count - g * Lanes.GROUP);
                int[] image = work.pack(stored, rowBytes * Lanes.GROUP * g, has);
                MemorySegment.copy(image, 0, target, Storage.INT, groupBytes * g, image.length);
              }
              segments[p] = target;
            }
          }
        });
    return new Storage(List.of(segments), perPiece, groupBytes);
  }
}
