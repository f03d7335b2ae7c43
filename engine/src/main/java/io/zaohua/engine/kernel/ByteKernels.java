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
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * 8-bit codes plus 128. COUNT rows stand side by side; per block of 32 columns eight vectors of
 * codes, then the scale; lane r of vector d holds row r's columns 4 d .. 4 d + 3. Two products fit
 * a 16-bit lane once 128 x sum of the activations is taken off; the lanes are then biased by 2^15
 * and widened without sign.
 */
final class ByteKernels {
  private static final int MASK = 0x00ff00ff;
  private static final int LOW = 0xffff;

  /** Sixteen words a lane, each biased by 2^15. */
  private static final int BIAS = 16 << 15;

  private ByteKernels() {}

  /** One token, one scale per 32 columns: {@code out[to .. to + COUNT)} += W x. */
  static void decode(
      MemorySegment w,
      long at,
      int blocks,
      ScaleForm form,
      Activations x,
      int tile,
      int t,
      float[] out,
      int to) {
    int width = x.width();
    int[] pairs = x.pairs;
    int[] quads = x.quads;
    float[] scales = x.scales;
    int pair = form.pair;
    IntVector down = IntVector.broadcast(INTS, form.down);
    int mask = form.mask;
    float unit = form.unit;
    long stride = (long) form.stride(8, 1) * BYTES;
    FloatVector y = FloatVector.fromArray(FLOATS, out, to);
    for (int b = 0; b < blocks; b++) {
      int block = tile * blocks + b;
      int p = block * 16 * width + t;
      int q = block * 8 * width + t;
      long both = at + (b >> pair) * stride;
      long c = both + (long) (b & pair) * (8 * BYTES);
      long scaleAt = both + (8 * BYTES << pair) - form.back(b);
      ShortVector start0 = IntVector.broadcast(INTS, quads[q]).reinterpretAsShorts();
      ShortVector x0 = IntVector.broadcast(INTS, pairs[p]).reinterpretAsShorts();
      ShortVector x1 = IntVector.broadcast(INTS, pairs[p + width]).reinterpretAsShorts();
      IntVector v0 = IntVector.fromMemorySegment(INTS, w, c, LITTLE_ENDIAN);
      IntVector p0 =
          v0.and(MASK)
              .reinterpretAsShorts()
              .mul(x0)
              .add(v0.reinterpretAsShorts().lanewise(LSHR, 8).mul(x1))
              .add(start0)
              .reinterpretAsInts();
      IntVector a0 = p0.and(LOW).add(p0.lanewise(LSHR, 16));
      ShortVector start1 = IntVector.broadcast(INTS, quads[q + width]).reinterpretAsShorts();
      ShortVector x2 = IntVector.broadcast(INTS, pairs[p + 2 * width]).reinterpretAsShorts();
      ShortVector x3 = IntVector.broadcast(INTS, pairs[p + 3 * width]).reinterpretAsShorts();
      IntVector v1 = IntVector.fromMemorySegment(INTS, w, c + BYTES, LITTLE_ENDIAN);
      IntVector p1 =
          v1.and(MASK)
              .reinterpretAsShorts()
              .mul(x2)
              .add(v1.reinterpretAsShorts().lanewise(LSHR, 8).mul(x3))
              .add(start1)
              .reinterpretAsInts();
      IntVector a1 = a0.add(p1.and(LOW)).add(p1.lanewise(LSHR, 16));
      ShortVector start2 = IntVector.broadcast(INTS, quads[q + 2 * width]).reinterpretAsShorts();
      ShortVector x4 = IntVector.broadcast(INTS, pairs[p + 4 * width]).reinterpretAsShorts();
      ShortVector x5 = IntVector.broadcast(INTS, pairs[p + 5 * width]).reinterpretAsShorts();
      IntVector v2 = IntVector.fromMemorySegment(INTS, w, c + 2 * BYTES, LITTLE_ENDIAN);
      IntVector p2 =
          v2.and(MASK)
              .reinterpretAsShorts()
              .mul(x4)
              .add(v2.reinterpretAsShorts().lanewise(LSHR, 8).mul(x5))
              .add(start2)
              .reinterpretAsInts();
      IntVector a2 = a1.add(p2.and(LOW)).add(p2.lanewise(LSHR, 16));
      ShortVector start3 = IntVector.broadcast(INTS, quads[q + 3 * width]).reinterpretAsShorts();
      ShortVector x6 = IntVector.broadcast(INTS, pairs[p + 6 * width]).reinterpretAsShorts();
      ShortVector x7 = IntVector.broadcast(INTS, pairs[p + 7 * width]).reinterpretAsShorts();
      IntVector v3 = IntVector.fromMemorySegment(INTS, w, c + 3 * BYTES, LITTLE_ENDIAN);
      IntVector p3 =
          v3.and(MASK)
              .reinterpretAsShorts()
              .mul(x6)
              .add(v3.reinterpretAsShorts().lanewise(LSHR, 8).mul(x7))
              .add(start3)
              .reinterpretAsInts();
      IntVector a3 = a2.add(p3.and(LOW)).add(p3.lanewise(LSHR, 16));
      ShortVector start4 = IntVector.broadcast(INTS, quads[q + 4 * width]).reinterpretAsShorts();
      ShortVector x8 = IntVector.broadcast(INTS, pairs[p + 8 * width]).reinterpretAsShorts();
      ShortVector x9 = IntVector.broadcast(INTS, pairs[p + 9 * width]).reinterpretAsShorts();
      IntVector v4 = IntVector.fromMemorySegment(INTS, w, c + 4 * BYTES, LITTLE_ENDIAN);
      IntVector p4 =
          v4.and(MASK)
              .reinterpretAsShorts()
              .mul(x8)
              .add(v4.reinterpretAsShorts().lanewise(LSHR, 8).mul(x9))
              .add(start4)
              .reinterpretAsInts();
      IntVector a4 = a3.add(p4.and(LOW)).add(p4.lanewise(LSHR, 16));
      ShortVector start5 = IntVector.broadcast(INTS, quads[q + 5 * width]).reinterpretAsShorts();
      ShortVector x10 = IntVector.broadcast(INTS, pairs[p + 10 * width]).reinterpretAsShorts();
      ShortVector x11 = IntVector.broadcast(INTS, pairs[p + 11 * width]).reinterpretAsShorts();
      IntVector v5 = IntVector.fromMemorySegment(INTS, w, c + 5 * BYTES, LITTLE_ENDIAN);
      IntVector p5 =
          v5.and(MASK)
              .reinterpretAsShorts()
              .mul(x10)
              .add(v5.reinterpretAsShorts().lanewise(LSHR, 8).mul(x11))
              .add(start5)
              .reinterpretAsInts();
      IntVector a5 = a4.add(p5.and(LOW)).add(p5.lanewise(LSHR, 16));
      ShortVector start6 = IntVector.broadcast(INTS, quads[q + 6 * width]).reinterpretAsShorts();
      ShortVector x12 = IntVector.broadcast(INTS, pairs[p + 12 * width]).reinterpretAsShorts();
      ShortVector x13 = IntVector.broadcast(INTS, pairs[p + 13 * width]).reinterpretAsShorts();
      IntVector v6 = IntVector.fromMemorySegment(INTS, w, c + 6 * BYTES, LITTLE_ENDIAN);
      IntVector p6 =
          v6.and(MASK)
              .reinterpretAsShorts()
              .mul(x12)
              .add(v6.reinterpretAsShorts().lanewise(LSHR, 8).mul(x13))
              .add(start6)
              .reinterpretAsInts();
      IntVector a6 = a5.add(p6.and(LOW)).add(p6.lanewise(LSHR, 16));
      ShortVector start7 = IntVector.broadcast(INTS, quads[q + 7 * width]).reinterpretAsShorts();
      ShortVector x14 = IntVector.broadcast(INTS, pairs[p + 14 * width]).reinterpretAsShorts();
      ShortVector x15 = IntVector.broadcast(INTS, pairs[p + 15 * width]).reinterpretAsShorts();
      IntVector v7 = IntVector.fromMemorySegment(INTS, w, c + 7 * BYTES, LITTLE_ENDIAN);
      IntVector p7 =
          v7.and(MASK)
              .reinterpretAsShorts()
              .mul(x14)
              .add(v7.reinterpretAsShorts().lanewise(LSHR, 8).mul(x15))
              .add(start7)
              .reinterpretAsInts();
      IntVector a7 = a6.add(p7.and(LOW)).add(p7.lanewise(LSHR, 16));
      float xd = scales[block * width + t];
      y =
          ((FloatVector) a7.sub(BIAS).convert(I2F, 0))
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

  /** Codes of {@code blocks} blocks as f32, [block, 32 columns, GROUP] from {@code to} on. */
  static void unpack(MemorySegment w, long at, int blocks, ScaleForm form, float[] panel, int to) {
    for (int b = 0; b < blocks; b++) {
      long c = at + (long) form.codes(b, 8, 1) * BYTES;
      for (int j = 0; j < 8; j++) {
        IntVector v =
            IntVector.fromMemorySegment(INTS, w, c + j * BYTES, LITTLE_ENDIAN)
                .lanewise(XOR, 0x80808080);
        int k = (b * 32 + 4 * j) * GROUP + to;
        ((FloatVector) v.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0)).intoArray(panel, k);
        ((FloatVector) v.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0))
            .intoArray(panel, k + GROUP);
        ((FloatVector) v.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0))
            .intoArray(panel, k + 2 * GROUP);
        ((FloatVector) v.lanewise(ASHR, 24).convert(I2F, 0)).intoArray(panel, k + 3 * GROUP);
      }
    }
  }
}
