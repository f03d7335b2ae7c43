package io.zaohua.engine.kernel;

import static io.zaohua.engine.kernel.Lanes.BYTES;
import static io.zaohua.engine.kernel.Lanes.COUNT;
import static io.zaohua.engine.kernel.Lanes.FLOATS;
import static io.zaohua.engine.kernel.Lanes.GROUP;
import static io.zaohua.engine.kernel.Lanes.INTS;
import static io.zaohua.engine.kernel.Lanes.SHORTS;
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
 * 4-bit codes. Per block of 32 columns and group of rows: four steps of two vectors (lower rows,
 * upper rows); lane r of step j holds row r's columns 4 j .. 4 j + 3 (low nibbles of its bytes) and
 * 16 + 4 j .. (high nibbles), as Q4_0 stores them. Products of one block fit 16-bit lanes: 16 x 15
 * x 127 = 30,480; a zero point is taken off by starting the sums at minus zero point x sum of the
 * activations, modulo 2^16.
 *
 * <p>One method a kernel, and no vector crosses a method: a boxed vector costs more than the
 * multiplication.
 */
final class NibbleKernels {
  private static final int MASK = 0x000f000f;

  private NibbleKernels() {}

  /** One token, one scale per 32 columns: {@code out[0 .. GROUP)} += W x. */
  static void decode32(
      MemorySegment w,
      long codesAt,
      long scalesAt,
      int blocks,
      int minusZero,
      Activations x,
      int tile,
      int t,
      float[] out) {
    int width = x.width();
    int[] pairs = x.pairs;
    int[] sums = x.sums;
    float[] scales = x.scales;
    FloatVector y0 = FloatVector.fromArray(FLOATS, out, 0);
    FloatVector y1 = FloatVector.fromArray(FLOATS, out, COUNT);
    for (int b = 0; b < blocks; b++) {
      int at = tile * blocks + b;
      long c = codesAt + (long) b * (8 * BYTES);
      int p = at * 16 * width + t;
      IntVector v0 = IntVector.fromMemorySegment(INTS, w, c, LITTLE_ENDIAN);
      IntVector v1 = IntVector.fromMemorySegment(INTS, w, c + BYTES, LITTLE_ENDIAN);
      ShortVector x0 = IntVector.broadcast(INTS, pairs[p + 0 * width]).reinterpretAsShorts();
      ShortVector x8 = IntVector.broadcast(INTS, pairs[p + 8 * width]).reinterpretAsShorts();
      ShortVector x1 = IntVector.broadcast(INTS, pairs[p + 1 * width]).reinterpretAsShorts();
      ShortVector x9 = IntVector.broadcast(INTS, pairs[p + 9 * width]).reinterpretAsShorts();
      ShortVector s00 = v0.and(MASK).reinterpretAsShorts().mul(x0).add(v0.lanewise(LSHR, 4).and(MASK).reinterpretAsShorts().mul(x8)).add(v0.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x1)).add(v0.lanewise(LSHR, 12).and(MASK).reinterpretAsShorts().mul(x9));
      ShortVector s01 = v1.and(MASK).reinterpretAsShorts().mul(x0).add(v1.lanewise(LSHR, 4).and(MASK).reinterpretAsShorts().mul(x8)).add(v1.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x1)).add(v1.lanewise(LSHR, 12).and(MASK).reinterpretAsShorts().mul(x9));
      IntVector v2 = IntVector.fromMemorySegment(INTS, w, c + 2 * BYTES, LITTLE_ENDIAN);
      IntVector v3 = IntVector.fromMemorySegment(INTS, w, c + 3 * BYTES, LITTLE_ENDIAN);
      ShortVector x2 = IntVector.broadcast(INTS, pairs[p + 2 * width]).reinterpretAsShorts();
      ShortVector x10 = IntVector.broadcast(INTS, pairs[p + 10 * width]).reinterpretAsShorts();
      ShortVector x3 = IntVector.broadcast(INTS, pairs[p + 3 * width]).reinterpretAsShorts();
      ShortVector x11 = IntVector.broadcast(INTS, pairs[p + 11 * width]).reinterpretAsShorts();
      ShortVector s10 = s00.add(v2.and(MASK).reinterpretAsShorts().mul(x2).add(v2.lanewise(LSHR, 4).and(MASK).reinterpretAsShorts().mul(x10)).add(v2.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x3)).add(v2.lanewise(LSHR, 12).and(MASK).reinterpretAsShorts().mul(x11)));
      ShortVector s11 = s01.add(v3.and(MASK).reinterpretAsShorts().mul(x2).add(v3.lanewise(LSHR, 4).and(MASK).reinterpretAsShorts().mul(x10)).add(v3.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x3)).add(v3.lanewise(LSHR, 12).and(MASK).reinterpretAsShorts().mul(x11)));
      IntVector v4 = IntVector.fromMemorySegment(INTS, w, c + 4 * BYTES, LITTLE_ENDIAN);
      IntVector v5 = IntVector.fromMemorySegment(INTS, w, c + 5 * BYTES, LITTLE_ENDIAN);
      ShortVector x4 = IntVector.broadcast(INTS, pairs[p + 4 * width]).reinterpretAsShorts();
      ShortVector x12 = IntVector.broadcast(INTS, pairs[p + 12 * width]).reinterpretAsShorts();
      ShortVector x5 = IntVector.broadcast(INTS, pairs[p + 5 * width]).reinterpretAsShorts();
      ShortVector x13 = IntVector.broadcast(INTS, pairs[p + 13 * width]).reinterpretAsShorts();
      ShortVector s20 = s10.add(v4.and(MASK).reinterpretAsShorts().mul(x4).add(v4.lanewise(LSHR, 4).and(MASK).reinterpretAsShorts().mul(x12)).add(v4.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x5)).add(v4.lanewise(LSHR, 12).and(MASK).reinterpretAsShorts().mul(x13)));
      ShortVector s21 = s11.add(v5.and(MASK).reinterpretAsShorts().mul(x4).add(v5.lanewise(LSHR, 4).and(MASK).reinterpretAsShorts().mul(x12)).add(v5.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x5)).add(v5.lanewise(LSHR, 12).and(MASK).reinterpretAsShorts().mul(x13)));
      IntVector v6 = IntVector.fromMemorySegment(INTS, w, c + 6 * BYTES, LITTLE_ENDIAN);
      IntVector v7 = IntVector.fromMemorySegment(INTS, w, c + 7 * BYTES, LITTLE_ENDIAN);
      ShortVector x6 = IntVector.broadcast(INTS, pairs[p + 6 * width]).reinterpretAsShorts();
      ShortVector x14 = IntVector.broadcast(INTS, pairs[p + 14 * width]).reinterpretAsShorts();
      ShortVector x7 = IntVector.broadcast(INTS, pairs[p + 7 * width]).reinterpretAsShorts();
      ShortVector x15 = IntVector.broadcast(INTS, pairs[p + 15 * width]).reinterpretAsShorts();
      ShortVector s30 = s20.add(v6.and(MASK).reinterpretAsShorts().mul(x6).add(v6.lanewise(LSHR, 4).and(MASK).reinterpretAsShorts().mul(x14)).add(v6.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x7)).add(v6.lanewise(LSHR, 12).and(MASK).reinterpretAsShorts().mul(x15)));
      ShortVector s31 = s21.add(v7.and(MASK).reinterpretAsShorts().mul(x6).add(v7.lanewise(LSHR, 4).and(MASK).reinterpretAsShorts().mul(x14)).add(v7.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x7)).add(v7.lanewise(LSHR, 12).and(MASK).reinterpretAsShorts().mul(x15)));
      ShortVector zero =
          IntVector.broadcast(INTS, sums[2 * at * width + t])
              .reinterpretAsShorts()
              .add(IntVector.broadcast(INTS, sums[(2 * at + 1) * width + t]).reinterpretAsShorts())
              .mul((short) minusZero);
      IntVector i0 = s30.add(zero).reinterpretAsInts();
      IntVector i1 = s31.add(zero).reinterpretAsInts();
      float xd = scales[at * width + t];
      long d = scalesAt + (long) b * (2 * BYTES);
      y0 =
          ((FloatVector)
                  i0.lanewise(LSHL, 16)
                      .lanewise(ASHR, 16)
                      .add(i0.lanewise(ASHR, 16))
                      .convert(I2F, 0))
              .mul(xd)
              .fma(FloatVector.fromMemorySegment(FLOATS, w, d, LITTLE_ENDIAN), y0);
      y1 =
          ((FloatVector)
                  i1.lanewise(LSHL, 16)
                      .lanewise(ASHR, 16)
                      .add(i1.lanewise(ASHR, 16))
                      .convert(I2F, 0))
              .mul(xd)
              .fma(FloatVector.fromMemorySegment(FLOATS, w, d + BYTES, LITTLE_ENDIAN), y1);
    }
    y0.intoArray(out, 0);
    y1.intoArray(out, COUNT);
  }

  /** Codes of {@code blocks} blocks as pairs of words, [block, 16 pairs, GROUP]. */
  static void unpack(MemorySegment w, long codesAt, int blocks, int[] panel) {
    for (int b = 0; b < blocks; b++) {
      for (int j = 0; j < 8; j++) {
        IntVector v =
            IntVector.fromMemorySegment(
                INTS, w, codesAt + (long) b * (8 * BYTES) + j * BYTES, LITTLE_ENDIAN);
        int to = b * 16 * GROUP + (j >> 1) * 2 * GROUP + (j & 1) * COUNT;
        v.and(MASK).intoArray(panel, to);
        v.lanewise(LSHR, 4).and(MASK).intoArray(panel, to + 8 * GROUP);
        v.lanewise(LSHR, 8).and(MASK).intoArray(panel, to + GROUP);
        v.lanewise(LSHR, 12).and(MASK).intoArray(panel, to + 9 * GROUP);
      }
    }
  }
}
