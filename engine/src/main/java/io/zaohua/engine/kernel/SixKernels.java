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
 * 6-bit codes: low nibbles as in {@link NibbleKernels}, then two vectors with the upper two bits;
 * vector i holds those of nibble vectors 2 i and 2 i + 1, in each word eight fields of two bits in
 * the order in which the nibbles are taken. Signed codes times int8 fit a 16-bit lane over 16
 * columns, so there is a scale per 16.
 */
final class SixKernels {
  private static final int MASK = 0x000f000f;
  private static final int HIGH = 0x00300030;

  private SixKernels() {}

  /** Bit at which the upper bits of a block's column stand in their dword. */
  static int field(int column) {
    int inStep = column % 4;
    int order = (column >> 4) + 2 * (inStep & 1);
    return 2 * ((column % 16 / 4 & 1) * 4 + order) + 16 * (inStep >> 1);
  }

  /** One token, one scale per 16 columns: {@code out[to .. to + COUNT)} += W x. */
  static void decode16(
      MemorySegment w,
      long at,
      int blocks,
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
    FloatVector y = FloatVector.fromArray(FLOATS, out, to);
    for (int b = 0; b < blocks; b++) {
      int block = tile * blocks + b;
      int p = block * 16 * width + t;
      long c = at + (long) b * (8 * BYTES);
      IntVector v0 = IntVector.fromMemorySegment(INTS, w, c, LITTLE_ENDIAN);
      IntVector h0 = IntVector.fromMemorySegment(INTS, w, c + 4 * BYTES, LITTLE_ENDIAN);
      ShortVector x0 = IntVector.broadcast(INTS, pairs[p]).reinterpretAsShorts();
      ShortVector x8 = IntVector.broadcast(INTS, pairs[p + 8 * width]).reinterpretAsShorts();
      ShortVector x1 = IntVector.broadcast(INTS, pairs[p + width]).reinterpretAsShorts();
      ShortVector x9 = IntVector.broadcast(INTS, pairs[p + 9 * width]).reinterpretAsShorts();
      ShortVector s0a =
          v0.and(MASK)
              .or(h0.lanewise(LSHL, 4).and(HIGH))
              .reinterpretAsShorts()
              .mul(x0)
              .add(v0.lanewise(LSHR, 8).and(MASK).or(h0.and(HIGH)).reinterpretAsShorts().mul(x1));
      ShortVector s0b =
          v0.lanewise(LSHR, 4)
              .and(MASK)
              .or(h0.lanewise(LSHL, 2).and(HIGH))
              .reinterpretAsShorts()
              .mul(x8)
              .add(
                  v0.lanewise(LSHR, 12)
                      .and(MASK)
                      .or(h0.lanewise(LSHR, 2).and(HIGH))
                      .reinterpretAsShorts()
                      .mul(x9));
      IntVector v1 = IntVector.fromMemorySegment(INTS, w, c + BYTES, LITTLE_ENDIAN);
      ShortVector x2 = IntVector.broadcast(INTS, pairs[p + 2 * width]).reinterpretAsShorts();
      ShortVector x10 = IntVector.broadcast(INTS, pairs[p + 10 * width]).reinterpretAsShorts();
      ShortVector x3 = IntVector.broadcast(INTS, pairs[p + 3 * width]).reinterpretAsShorts();
      ShortVector x11 = IntVector.broadcast(INTS, pairs[p + 11 * width]).reinterpretAsShorts();
      ShortVector s1a =
          s0a.add(
              v1.and(MASK)
                  .or(h0.lanewise(LSHR, 4).and(HIGH))
                  .reinterpretAsShorts()
                  .mul(x2)
                  .add(
                      v1.lanewise(LSHR, 8)
                          .and(MASK)
                          .or(h0.lanewise(LSHR, 8).and(HIGH))
                          .reinterpretAsShorts()
                          .mul(x3)));
      ShortVector s1b =
          s0b.add(
              v1.lanewise(LSHR, 4)
                  .and(MASK)
                  .or(h0.lanewise(LSHR, 6).and(HIGH))
                  .reinterpretAsShorts()
                  .mul(x10)
                  .add(
                      v1.lanewise(LSHR, 12)
                          .and(MASK)
                          .or(h0.lanewise(LSHR, 10).and(HIGH))
                          .reinterpretAsShorts()
                          .mul(x11)));
      IntVector v2 = IntVector.fromMemorySegment(INTS, w, c + 2 * BYTES, LITTLE_ENDIAN);
      IntVector h2 = IntVector.fromMemorySegment(INTS, w, c + 5 * BYTES, LITTLE_ENDIAN);
      ShortVector x4 = IntVector.broadcast(INTS, pairs[p + 4 * width]).reinterpretAsShorts();
      ShortVector x12 = IntVector.broadcast(INTS, pairs[p + 12 * width]).reinterpretAsShorts();
      ShortVector x5 = IntVector.broadcast(INTS, pairs[p + 5 * width]).reinterpretAsShorts();
      ShortVector x13 = IntVector.broadcast(INTS, pairs[p + 13 * width]).reinterpretAsShorts();
      ShortVector s2a =
          s1a.add(
              v2.and(MASK)
                  .or(h2.lanewise(LSHL, 4).and(HIGH))
                  .reinterpretAsShorts()
                  .mul(x4)
                  .add(
                      v2.lanewise(LSHR, 8)
                          .and(MASK)
                          .or(h2.and(HIGH))
                          .reinterpretAsShorts()
                          .mul(x5)));
      ShortVector s2b =
          s1b.add(
              v2.lanewise(LSHR, 4)
                  .and(MASK)
                  .or(h2.lanewise(LSHL, 2).and(HIGH))
                  .reinterpretAsShorts()
                  .mul(x12)
                  .add(
                      v2.lanewise(LSHR, 12)
                          .and(MASK)
                          .or(h2.lanewise(LSHR, 2).and(HIGH))
                          .reinterpretAsShorts()
                          .mul(x13)));
      IntVector v3 = IntVector.fromMemorySegment(INTS, w, c + 3 * BYTES, LITTLE_ENDIAN);
      ShortVector x6 = IntVector.broadcast(INTS, pairs[p + 6 * width]).reinterpretAsShorts();
      ShortVector x14 = IntVector.broadcast(INTS, pairs[p + 14 * width]).reinterpretAsShorts();
      ShortVector x7 = IntVector.broadcast(INTS, pairs[p + 7 * width]).reinterpretAsShorts();
      ShortVector x15 = IntVector.broadcast(INTS, pairs[p + 15 * width]).reinterpretAsShorts();
      ShortVector s3a =
          s2a.add(
              v3.and(MASK)
                  .or(h2.lanewise(LSHR, 4).and(HIGH))
                  .reinterpretAsShorts()
                  .mul(x6)
                  .add(
                      v3.lanewise(LSHR, 8)
                          .and(MASK)
                          .or(h2.lanewise(LSHR, 8).and(HIGH))
                          .reinterpretAsShorts()
                          .mul(x7)));
      ShortVector s3b =
          s2b.add(
              v3.lanewise(LSHR, 4)
                  .and(MASK)
                  .or(h2.lanewise(LSHR, 6).and(HIGH))
                  .reinterpretAsShorts()
                  .mul(x14)
                  .add(
                      v3.lanewise(LSHR, 12)
                          .and(MASK)
                          .or(h2.lanewise(LSHR, 10).and(HIGH))
                          .reinterpretAsShorts()
                          .mul(x15)));
      float xd = scales[block * width + t];
      ShortVector zero0 =
          IntVector.broadcast(INTS, sums[2 * block * width + t])
              .reinterpretAsShorts()
              .mul((short) -zeroPoint);
      ShortVector zero1 =
          IntVector.broadcast(INTS, sums[(2 * block + 1) * width + t])
              .reinterpretAsShorts()
              .mul((short) -zeroPoint);
      IntVector sum0 = s3a.add(zero0).reinterpretAsInts();
      IntVector sum1 = s3b.add(zero1).reinterpretAsInts();
      y =
          ((FloatVector)
                  sum1.lanewise(LSHL, 16)
                      .lanewise(ASHR, 16)
                      .add(sum1.lanewise(ASHR, 16))
                      .convert(I2F, 0))
              .mul(xd)
              .fma(
                  FloatVector.fromMemorySegment(FLOATS, w, c + 7 * BYTES, LITTLE_ENDIAN),
                  ((FloatVector)
                          sum0.lanewise(LSHL, 16)
                              .lanewise(ASHR, 16)
                              .add(sum0.lanewise(ASHR, 16))
                              .convert(I2F, 0))
                      .mul(xd)
                      .fma(
                          FloatVector.fromMemorySegment(FLOATS, w, c + 6 * BYTES, LITTLE_ENDIAN),
                          y));
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
      long c = at + (long) form.codes(b, 6, perBlock) * BYTES;
      for (int j = 0; j < 2; j++) {
        IntVector h = IntVector.fromMemorySegment(INTS, w, c + (4 + j) * BYTES, LITTLE_ENDIAN);
        IntVector v0 = IntVector.fromMemorySegment(INTS, w, c + 2 * j * BYTES, LITTLE_ENDIAN);
        IntVector v1 = IntVector.fromMemorySegment(INTS, w, c + (2 * j + 1) * BYTES, LITTLE_ENDIAN);
        int k = (b * 16 + 4 * j) * GROUP + to;
        v0.and(MASK)
            .or(h.lanewise(LSHL, 4).and(HIGH))
            .reinterpretAsShorts()
            .sub(zero)
            .reinterpretAsInts()
            .intoArray(panel, k);
        v0.lanewise(LSHR, 4)
            .and(MASK)
            .or(h.lanewise(LSHL, 2).and(HIGH))
            .reinterpretAsShorts()
            .sub(zero)
            .reinterpretAsInts()
            .intoArray(panel, k + 8 * GROUP);
        v0.lanewise(LSHR, 8)
            .and(MASK)
            .or(h.and(HIGH))
            .reinterpretAsShorts()
            .sub(zero)
            .reinterpretAsInts()
            .intoArray(panel, k + GROUP);
        v0.lanewise(LSHR, 12)
            .and(MASK)
            .or(h.lanewise(LSHR, 2).and(HIGH))
            .reinterpretAsShorts()
            .sub(zero)
            .reinterpretAsInts()
            .intoArray(panel, k + 9 * GROUP);
        v1.and(MASK)
            .or(h.lanewise(LSHR, 4).and(HIGH))
            .reinterpretAsShorts()
            .sub(zero)
            .reinterpretAsInts()
            .intoArray(panel, k + 2 * GROUP);
        v1.lanewise(LSHR, 4)
            .and(MASK)
            .or(h.lanewise(LSHR, 6).and(HIGH))
            .reinterpretAsShorts()
            .sub(zero)
            .reinterpretAsInts()
            .intoArray(panel, k + 10 * GROUP);
        v1.lanewise(LSHR, 8)
            .and(MASK)
            .or(h.lanewise(LSHR, 8).and(HIGH))
            .reinterpretAsShorts()
            .sub(zero)
            .reinterpretAsInts()
            .intoArray(panel, k + 3 * GROUP);
        v1.lanewise(LSHR, 12)
            .and(MASK)
            .or(h.lanewise(LSHR, 10).and(HIGH))
            .reinterpretAsShorts()
            .sub(zero)
            .reinterpretAsInts()
            .intoArray(panel, k + 11 * GROUP);
      }
    }
  }
}
