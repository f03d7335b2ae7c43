package io.zaohua.engine.kernel;

import static io.zaohua.engine.kernel.Lanes.BYTES;
import static io.zaohua.engine.kernel.Lanes.FLOATS;
import static io.zaohua.engine.kernel.Lanes.GROUP;
import static io.zaohua.engine.kernel.Lanes.INTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * 5-bit codes, one scale per 32 columns: low nibbles as in {@link NibbleKernels}, then a vector
 * with the upper bits, in each word one bit after the other in the order in which the nibbles are
 * taken. Signed codes times int8 fit a 16-bit lane over 32 columns (16 x 16 x 127 = 32,512).
 */
final class FiveKernels {
  private static final int MASK = 0x000f000f;
  private static final int HIGH = 0x00100010;

  private FiveKernels() {}

  /** Bit at which the upper bit of a block's column stands in its dword. */
  static int field(int column) {
    int inStep = column % 4;
    int order = (column >> 4) + 2 * (inStep & 1);
    return 4 * (column % 16 / 4) + order + 16 * (inStep >> 1);
  }

  /** One token, one scale per 32 columns: {@code out[to .. to + COUNT)} += W x. */
  static void decode32(
      MemorySegment w,
      long at,
      int blocks,
      ScaleForm form,
      int zeroPoint,
      Activations x,
      int tile,
      int t,
      float[] out,
      int to) {
    int width = x.width();
    int[] pairs = x.pairs;
    int[] sums = x.sums;
    float[] scales = x.scales;
    int pair = form.pair;
    IntVector down = IntVector.broadcast(INTS, form.down);
    int mask = form.mask;
    float unit = form.unit;
    long stride = (long) form.stride(5, 1) * BYTES;
    FloatVector y = FloatVector.fromArray(FLOATS, out, to);
    for (int b = 0; b < blocks; b++) {
      int block = tile * blocks + b;
      int p = block * 16 * width + t;
      long both = at + (b >> pair) * stride;
      long c = both + (long) (b & pair) * (5 * BYTES);
      long scaleAt = both + (5 * BYTES << pair) - form.back(b);
      IntVector v0 = IntVector.fromMemorySegment(INTS, w, c, LITTLE_ENDIAN);
      IntVector h = IntVector.fromMemorySegment(INTS, w, c + 4 * BYTES, LITTLE_ENDIAN);
      ShortVector x0 = IntVector.broadcast(INTS, pairs[p]).reinterpretAsShorts();
      ShortVector x8 = IntVector.broadcast(INTS, pairs[p + 8 * width]).reinterpretAsShorts();
      ShortVector x1 = IntVector.broadcast(INTS, pairs[p + width]).reinterpretAsShorts();
      ShortVector x9 = IntVector.broadcast(INTS, pairs[p + 9 * width]).reinterpretAsShorts();
      ShortVector s0 =
          v0.and(MASK)
              .or(h.lanewise(LSHL, 4).and(HIGH))
              .reinterpretAsShorts()
              .mul(x0)
              .add(
                  v0.lanewise(LSHR, 4)
                      .and(MASK)
                      .or(h.lanewise(LSHL, 3).and(HIGH))
                      .reinterpretAsShorts()
                      .mul(x8))
              .add(
                  v0.lanewise(LSHR, 8)
                      .and(MASK)
                      .or(h.lanewise(LSHL, 2).and(HIGH))
                      .reinterpretAsShorts()
                      .mul(x1))
              .add(
                  v0.lanewise(LSHR, 12)
                      .and(MASK)
                      .or(h.lanewise(LSHL, 1).and(HIGH))
                      .reinterpretAsShorts()
                      .mul(x9));
      IntVector v1 = IntVector.fromMemorySegment(INTS, w, c + BYTES, LITTLE_ENDIAN);
      ShortVector x2 = IntVector.broadcast(INTS, pairs[p + 2 * width]).reinterpretAsShorts();
      ShortVector x10 = IntVector.broadcast(INTS, pairs[p + 10 * width]).reinterpretAsShorts();
      ShortVector x3 = IntVector.broadcast(INTS, pairs[p + 3 * width]).reinterpretAsShorts();
      ShortVector x11 = IntVector.broadcast(INTS, pairs[p + 11 * width]).reinterpretAsShorts();
      ShortVector s1 =
          s0.add(
              v1.and(MASK)
                  .or(h.and(HIGH))
                  .reinterpretAsShorts()
                  .mul(x2)
                  .add(
                      v1.lanewise(LSHR, 4)
                          .and(MASK)
                          .or(h.lanewise(LSHR, 1).and(HIGH))
                          .reinterpretAsShorts()
                          .mul(x10))
                  .add(
                      v1.lanewise(LSHR, 8)
                          .and(MASK)
                          .or(h.lanewise(LSHR, 2).and(HIGH))
                          .reinterpretAsShorts()
                          .mul(x3))
                  .add(
                      v1.lanewise(LSHR, 12)
                          .and(MASK)
                          .or(h.lanewise(LSHR, 3).and(HIGH))
                          .reinterpretAsShorts()
                          .mul(x11)));
      IntVector v2 = IntVector.fromMemorySegment(INTS, w, c + 2 * BYTES, LITTLE_ENDIAN);
      ShortVector x4 = IntVector.broadcast(INTS, pairs[p + 4 * width]).reinterpretAsShorts();
      ShortVector x12 = IntVector.broadcast(INTS, pairs[p + 12 * width]).reinterpretAsShorts();
      ShortVector x5 = IntVector.broadcast(INTS, pairs[p + 5 * width]).reinterpretAsShorts();
      ShortVector x13 = IntVector.broadcast(INTS, pairs[p + 13 * width]).reinterpretAsShorts();
      ShortVector s2 =
          s1.add(
              v2.and(MASK)
                  .or(h.lanewise(LSHR, 4).and(HIGH))
                  .reinterpretAsShorts()
                  .mul(x4)
                  .add(
                      v2.lanewise(LSHR, 4)
                          .and(MASK)
                          .or(h.lanewise(LSHR, 5).and(HIGH))
                          .reinterpretAsShorts()
                          .mul(x12))
                  .add(
                      v2.lanewise(LSHR, 8)
                          .and(MASK)
                          .or(h.lanewise(LSHR, 6).and(HIGH))
                          .reinterpretAsShorts()
                          .mul(x5))
                  .add(
                      v2.lanewise(LSHR, 12)
                          .and(MASK)
                          .or(h.lanewise(LSHR, 7).and(HIGH))
                          .reinterpretAsShorts()
                          .mul(x13)));
      IntVector v3 = IntVector.fromMemorySegment(INTS, w, c + 3 * BYTES, LITTLE_ENDIAN);
      ShortVector x6 = IntVector.broadcast(INTS, pairs[p + 6 * width]).reinterpretAsShorts();
      ShortVector x14 = IntVector.broadcast(INTS, pairs[p + 14 * width]).reinterpretAsShorts();
      ShortVector x7 = IntVector.broadcast(INTS, pairs[p + 7 * width]).reinterpretAsShorts();
      ShortVector x15 = IntVector.broadcast(INTS, pairs[p + 15 * width]).reinterpretAsShorts();
      ShortVector s3 =
          s2.add(
              v3.and(MASK)
                  .or(h.lanewise(LSHR, 8).and(HIGH))
                  .reinterpretAsShorts()
                  .mul(x6)
                  .add(
                      v3.lanewise(LSHR, 4)
                          .and(MASK)
                          .or(h.lanewise(LSHR, 9).and(HIGH))
                          .reinterpretAsShorts()
                          .mul(x14))
                  .add(
                      v3.lanewise(LSHR, 8)
                          .and(MASK)
                          .or(h.lanewise(LSHR, 10).and(HIGH))
                          .reinterpretAsShorts()
                          .mul(x7))
                  .add(
                      v3.lanewise(LSHR, 12)
                          .and(MASK)
                          .or(h.lanewise(LSHR, 11).and(HIGH))
                          .reinterpretAsShorts()
                          .mul(x15)));
      float xd = scales[block * width + t];
      int sum0 = sums[2 * block * width + t];
      int sum1 = sums[(2 * block + 1) * width + t];
      int low = -zeroPoint * ((short) sum0 + (short) sum1);
      int high = -zeroPoint * ((sum0 >> 16) + (sum1 >> 16));
      ShortVector zero = IntVector.broadcast(INTS, low & 0xffff | high << 16).reinterpretAsShorts();
      IntVector sum = s3.add(zero).reinterpretAsInts();
      y =
          ((FloatVector)
                  sum.lanewise(LSHL, 16)
                      .lanewise(ASHR, 16)
                      .add(sum.lanewise(ASHR, 16))
                      .convert(I2F, 0))
              .mul(xd)
              .fma(
                  IntVector.fromMemorySegment(INTS, w, scaleAt, LITTLE_ENDIAN)
                      .lanewise(ASHR, down)
                      .and(mask)
                      .reinterpretAsFloats()
                      .mul(unit),
                  y);
    }
    y.intoArray(out, to);
  }

  /**
   * Codes of {@code blocks} blocks as pairs of signed words, [block, 16 pairs, GROUP] from {@code
   * to} on.
   *
   * @param perBlock scales of a block
   */
  static void unpack(
      MemorySegment w,
      long at,
      int blocks,
      ScaleForm form,
      int perBlock,
      int zeroPoint,
      int[] panel,
      int to) {
    short zero = (short) zeroPoint;
    for (int b = 0; b < blocks; b++) {
      long c = at + (long) form.codes(b, 5, perBlock) * BYTES;
      int k = b * 16 * GROUP + to;
      IntVector h = IntVector.fromMemorySegment(INTS, w, c + 4 * BYTES, LITTLE_ENDIAN);
      IntVector v0 = IntVector.fromMemorySegment(INTS, w, c, LITTLE_ENDIAN);
      v0.and(MASK)
          .or(h.lanewise(LSHL, 4).and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k);
      v0.lanewise(LSHR, 4)
          .and(MASK)
          .or(h.lanewise(LSHL, 3).and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k + 8 * GROUP);
      v0.lanewise(LSHR, 8)
          .and(MASK)
          .or(h.lanewise(LSHL, 2).and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k + GROUP);
      v0.lanewise(LSHR, 12)
          .and(MASK)
          .or(h.lanewise(LSHL, 1).and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k + 9 * GROUP);
      IntVector v1 = IntVector.fromMemorySegment(INTS, w, c + BYTES, LITTLE_ENDIAN);
      v1.and(MASK)
          .or(h.and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k + 2 * GROUP);
      v1.lanewise(LSHR, 4)
          .and(MASK)
          .or(h.lanewise(LSHR, 1).and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k + 10 * GROUP);
      v1.lanewise(LSHR, 8)
          .and(MASK)
          .or(h.lanewise(LSHR, 2).and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k + 3 * GROUP);
      v1.lanewise(LSHR, 12)
          .and(MASK)
          .or(h.lanewise(LSHR, 3).and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k + 11 * GROUP);
      IntVector v2 = IntVector.fromMemorySegment(INTS, w, c + 2 * BYTES, LITTLE_ENDIAN);
      v2.and(MASK)
          .or(h.lanewise(LSHR, 4).and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k + 4 * GROUP);
      v2.lanewise(LSHR, 4)
          .and(MASK)
          .or(h.lanewise(LSHR, 5).and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k + 12 * GROUP);
      v2.lanewise(LSHR, 8)
          .and(MASK)
          .or(h.lanewise(LSHR, 6).and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k + 5 * GROUP);
      v2.lanewise(LSHR, 12)
          .and(MASK)
          .or(h.lanewise(LSHR, 7).and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k + 13 * GROUP);
      IntVector v3 = IntVector.fromMemorySegment(INTS, w, c + 3 * BYTES, LITTLE_ENDIAN);
      v3.and(MASK)
          .or(h.lanewise(LSHR, 8).and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k + 6 * GROUP);
      v3.lanewise(LSHR, 4)
          .and(MASK)
          .or(h.lanewise(LSHR, 9).and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k + 14 * GROUP);
      v3.lanewise(LSHR, 8)
          .and(MASK)
          .or(h.lanewise(LSHR, 10).and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k + 7 * GROUP);
      v3.lanewise(LSHR, 12)
          .and(MASK)
          .or(h.lanewise(LSHR, 11).and(HIGH))
          .reinterpretAsShorts()
          .sub(zero)
          .reinterpretAsInts()
          .intoArray(panel, k + 15 * GROUP);
    }
  }
}
