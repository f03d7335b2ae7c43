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
 * 4-bit codes. COUNT rows stand side by side; per block of 32 columns four vectors of codes, then
 * the scales. Lane r of vector j holds row r's columns 4 j .. 4 j + 3 (low nibbles of its bytes)
 * and 16 + 4 j .. (high nibbles), as Q4_0 stores them. Products of one block fit 16-bit lanes: 16 x
 * 15 x 127 = 30,480; a zero point is taken off as zero point x sum of the activations, modulo 2^16.
 *
 * <p>One method a kernel, no vector crosses a method, and only the float sum lives across the loop:
 * integer sums in an inner loop were boxed in most runs (7-14 against 20 G weights/s a core), and
 * so were bodies of more than about 200 vector operations (0.1).
 */
final class NibbleKernels {
  private static final int MASK = 0x000f000f;

  private NibbleKernels() {}

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
    long stride = (long) form.stride(4, 1) * BYTES;
    FloatVector y = FloatVector.fromArray(FLOATS, out, to);
    for (int b = 0; b < blocks; b++) {
      int block = tile * blocks + b;
      int p = block * 16 * width + t;
      long both = at + (b >> pair) * stride;
      long c = both + (long) (b & pair) * (4 * BYTES);
      long scaleAt = both + (4 * BYTES << pair) - form.back(b);
      IntVector v0 = IntVector.fromMemorySegment(INTS, w, c, LITTLE_ENDIAN);
      ShortVector x0 = IntVector.broadcast(INTS, pairs[p]).reinterpretAsShorts();
      ShortVector x8 = IntVector.broadcast(INTS, pairs[p + 8 * width]).reinterpretAsShorts();
      ShortVector x1 = IntVector.broadcast(INTS, pairs[p + width]).reinterpretAsShorts();
      ShortVector x9 = IntVector.broadcast(INTS, pairs[p + 9 * width]).reinterpretAsShorts();
      ShortVector s0 =
          v0.and(MASK)
              .reinterpretAsShorts()
              .mul(x0)
              .add(v0.lanewise(LSHR, 4).and(MASK).reinterpretAsShorts().mul(x8))
              .add(v0.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x1))
              .add(v0.reinterpretAsShorts().lanewise(LSHR, 12).mul(x9));
      IntVector v1 = IntVector.fromMemorySegment(INTS, w, c + BYTES, LITTLE_ENDIAN);
      ShortVector x2 = IntVector.broadcast(INTS, pairs[p + 2 * width]).reinterpretAsShorts();
      ShortVector x10 = IntVector.broadcast(INTS, pairs[p + 10 * width]).reinterpretAsShorts();
      ShortVector x3 = IntVector.broadcast(INTS, pairs[p + 3 * width]).reinterpretAsShorts();
      ShortVector x11 = IntVector.broadcast(INTS, pairs[p + 11 * width]).reinterpretAsShorts();
      ShortVector s1 =
          s0.add(
              v1.and(MASK)
                  .reinterpretAsShorts()
                  .mul(x2)
                  .add(v1.lanewise(LSHR, 4).and(MASK).reinterpretAsShorts().mul(x10))
                  .add(v1.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x3))
                  .add(v1.reinterpretAsShorts().lanewise(LSHR, 12).mul(x11)));
      IntVector v2 = IntVector.fromMemorySegment(INTS, w, c + 2 * BYTES, LITTLE_ENDIAN);
      ShortVector x4 = IntVector.broadcast(INTS, pairs[p + 4 * width]).reinterpretAsShorts();
      ShortVector x12 = IntVector.broadcast(INTS, pairs[p + 12 * width]).reinterpretAsShorts();
      ShortVector x5 = IntVector.broadcast(INTS, pairs[p + 5 * width]).reinterpretAsShorts();
      ShortVector x13 = IntVector.broadcast(INTS, pairs[p + 13 * width]).reinterpretAsShorts();
      ShortVector s2 =
          s1.add(
              v2.and(MASK)
                  .reinterpretAsShorts()
                  .mul(x4)
                  .add(v2.lanewise(LSHR, 4).and(MASK).reinterpretAsShorts().mul(x12))
                  .add(v2.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x5))
                  .add(v2.reinterpretAsShorts().lanewise(LSHR, 12).mul(x13)));
      IntVector v3 = IntVector.fromMemorySegment(INTS, w, c + 3 * BYTES, LITTLE_ENDIAN);
      ShortVector x6 = IntVector.broadcast(INTS, pairs[p + 6 * width]).reinterpretAsShorts();
      ShortVector x14 = IntVector.broadcast(INTS, pairs[p + 14 * width]).reinterpretAsShorts();
      ShortVector x7 = IntVector.broadcast(INTS, pairs[p + 7 * width]).reinterpretAsShorts();
      ShortVector x15 = IntVector.broadcast(INTS, pairs[p + 15 * width]).reinterpretAsShorts();
      ShortVector s3 =
          s2.add(
              v3.and(MASK)
                  .reinterpretAsShorts()
                  .mul(x6)
                  .add(v3.lanewise(LSHR, 4).and(MASK).reinterpretAsShorts().mul(x14))
                  .add(v3.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x7))
                  .add(v3.reinterpretAsShorts().lanewise(LSHR, 12).mul(x15)));
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

  /** The same with a scale per 16 columns. */
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
      long c = at + (long) b * (6 * BYTES);
      IntVector v0 = IntVector.fromMemorySegment(INTS, w, c, LITTLE_ENDIAN);
      ShortVector x0 = IntVector.broadcast(INTS, pairs[p]).reinterpretAsShorts();
      ShortVector x8 = IntVector.broadcast(INTS, pairs[p + 8 * width]).reinterpretAsShorts();
      ShortVector x1 = IntVector.broadcast(INTS, pairs[p + width]).reinterpretAsShorts();
      ShortVector x9 = IntVector.broadcast(INTS, pairs[p + 9 * width]).reinterpretAsShorts();
      ShortVector s0a =
          v0.and(MASK)
              .reinterpretAsShorts()
              .mul(x0)
              .add(v0.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x1));
      ShortVector s0b =
          v0.lanewise(LSHR, 4)
              .and(MASK)
              .reinterpretAsShorts()
              .mul(x8)
              .add(v0.lanewise(LSHR, 12).and(MASK).reinterpretAsShorts().mul(x9));
      IntVector v1 = IntVector.fromMemorySegment(INTS, w, c + BYTES, LITTLE_ENDIAN);
      ShortVector x2 = IntVector.broadcast(INTS, pairs[p + 2 * width]).reinterpretAsShorts();
      ShortVector x10 = IntVector.broadcast(INTS, pairs[p + 10 * width]).reinterpretAsShorts();
      ShortVector x3 = IntVector.broadcast(INTS, pairs[p + 3 * width]).reinterpretAsShorts();
      ShortVector x11 = IntVector.broadcast(INTS, pairs[p + 11 * width]).reinterpretAsShorts();
      ShortVector s1a =
          s0a.add(
              v1.and(MASK)
                  .reinterpretAsShorts()
                  .mul(x2)
                  .add(v1.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x3)));
      ShortVector s1b =
          s0b.add(
              v1.lanewise(LSHR, 4)
                  .and(MASK)
                  .reinterpretAsShorts()
                  .mul(x10)
                  .add(v1.lanewise(LSHR, 12).and(MASK).reinterpretAsShorts().mul(x11)));
      IntVector v2 = IntVector.fromMemorySegment(INTS, w, c + 2 * BYTES, LITTLE_ENDIAN);
      ShortVector x4 = IntVector.broadcast(INTS, pairs[p + 4 * width]).reinterpretAsShorts();
      ShortVector x12 = IntVector.broadcast(INTS, pairs[p + 12 * width]).reinterpretAsShorts();
      ShortVector x5 = IntVector.broadcast(INTS, pairs[p + 5 * width]).reinterpretAsShorts();
      ShortVector x13 = IntVector.broadcast(INTS, pairs[p + 13 * width]).reinterpretAsShorts();
      ShortVector s2a =
          s1a.add(
              v2.and(MASK)
                  .reinterpretAsShorts()
                  .mul(x4)
                  .add(v2.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x5)));
      ShortVector s2b =
          s1b.add(
              v2.lanewise(LSHR, 4)
                  .and(MASK)
                  .reinterpretAsShorts()
                  .mul(x12)
                  .add(v2.lanewise(LSHR, 12).and(MASK).reinterpretAsShorts().mul(x13)));
      IntVector v3 = IntVector.fromMemorySegment(INTS, w, c + 3 * BYTES, LITTLE_ENDIAN);
      ShortVector x6 = IntVector.broadcast(INTS, pairs[p + 6 * width]).reinterpretAsShorts();
      ShortVector x14 = IntVector.broadcast(INTS, pairs[p + 14 * width]).reinterpretAsShorts();
      ShortVector x7 = IntVector.broadcast(INTS, pairs[p + 7 * width]).reinterpretAsShorts();
      ShortVector x15 = IntVector.broadcast(INTS, pairs[p + 15 * width]).reinterpretAsShorts();
      ShortVector s3a =
          s2a.add(
              v3.and(MASK)
                  .reinterpretAsShorts()
                  .mul(x6)
                  .add(v3.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x7)));
      ShortVector s3b =
          s2b.add(
              v3.lanewise(LSHR, 4)
                  .and(MASK)
                  .reinterpretAsShorts()
                  .mul(x14)
                  .add(v3.lanewise(LSHR, 12).and(MASK).reinterpretAsShorts().mul(x15)));
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
                  FloatVector.fromMemorySegment(FLOATS, w, c + 5 * BYTES, LITTLE_ENDIAN),
                  ((FloatVector)
                          sum0.lanewise(LSHL, 16)
                              .lanewise(ASHR, 16)
                              .add(sum0.lanewise(ASHR, 16))
                              .convert(I2F, 0))
                      .mul(xd)
                      .fma(
                          FloatVector.fromMemorySegment(FLOATS, w, c + 4 * BYTES, LITTLE_ENDIAN),
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
      long c = at + (long) form.codes(b, 4, perBlock) * BYTES;
      for (int j = 0; j < 4; j++) {
        IntVector v = IntVector.fromMemorySegment(INTS, w, c + j * BYTES, LITTLE_ENDIAN);
        int k = (b * 16 + 2 * j) * GROUP + to;
        v.and(MASK).reinterpretAsShorts().sub(zero).reinterpretAsInts().intoArray(panel, k);
        v.lanewise(LSHR, 4)
            .and(MASK)
            .reinterpretAsShorts()
            .sub(zero)
            .reinterpretAsInts()
            .intoArray(panel, k + 8 * GROUP);
        v.lanewise(LSHR, 8)
            .and(MASK)
            .reinterpretAsShorts()
            .sub(zero)
            .reinterpretAsInts()
            .intoArray(panel, k + GROUP);
        v.lanewise(LSHR, 12)
            .and(MASK)
            .reinterpretAsShorts()
            .sub(zero)
            .reinterpretAsInts()
            .intoArray(panel, k + 9 * GROUP);
      }
    }
  }
}
