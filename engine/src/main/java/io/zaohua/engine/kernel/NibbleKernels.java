package io.zaohua.engine.kernel;

import static io.zaohua.engine.kernel.Lanes.BYTES;
import static io.zaohua.engine.kernel.Lanes.COUNT;
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
      ShortVector start =
          IntVector.broadcast(INTS, sums[2 * at * width + t])
              .reinterpretAsShorts()
              .add(IntVector.broadcast(INTS, sums[(2 * at + 1) * width + t]).reinterpretAsShorts())
              .mul((short) minusZero);
      ShortVector a0 = start;
      ShortVector a1 = start;
      for (int j = 0; j < 4; j++) {
        int p = (at * 16 + 2 * j) * width + t;
        IntVector v0 = IntVector.fromMemorySegment(INTS, w, c + j * (2 * BYTES), LITTLE_ENDIAN);
        IntVector v1 =
            IntVector.fromMemorySegment(INTS, w, c + j * (2 * BYTES) + BYTES, LITTLE_ENDIAN);
        ShortVector x0 = IntVector.broadcast(INTS, pairs[p]).reinterpretAsShorts();
        ShortVector x1 = IntVector.broadcast(INTS, pairs[p + 8 * width]).reinterpretAsShorts();
        ShortVector x2 = IntVector.broadcast(INTS, pairs[p + width]).reinterpretAsShorts();
        ShortVector x3 = IntVector.broadcast(INTS, pairs[p + 9 * width]).reinterpretAsShorts();
        a0 =
            a0.add(v0.and(MASK).reinterpretAsShorts().mul(x0))
                .add(v0.lanewise(LSHR, 4).and(MASK).reinterpretAsShorts().mul(x1))
                .add(v0.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x2))
                .add(v0.lanewise(LSHR, 12).and(MASK).reinterpretAsShorts().mul(x3));
        a1 =
            a1.add(v1.and(MASK).reinterpretAsShorts().mul(x0))
                .add(v1.lanewise(LSHR, 4).and(MASK).reinterpretAsShorts().mul(x1))
                .add(v1.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x2))
                .add(v1.lanewise(LSHR, 12).and(MASK).reinterpretAsShorts().mul(x3));
      }
      IntVector i0 = a0.reinterpretAsInts();
      IntVector i1 = a1.reinterpretAsInts();
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
