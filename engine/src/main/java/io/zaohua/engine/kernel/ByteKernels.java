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
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * 8-bit codes plus 128. Per block of 32 columns and group of rows: eight steps of two vectors; lane
 * r of step d holds row r's columns 4 d .. 4 d + 3. Two products fit a 16-bit lane once 128 x sum
 * of the activations is taken off; the lanes are then biased by 2^15 and widened without sign.
 */
final class ByteKernels {
  private static final int MASK = 0x00ff00ff;
  private static final int LOW = 0xffff;

  private ByteKernels() {}

  /** One token, one scale per {@code 4 * steps} columns: {@code out[0 .. GROUP)} += W x. */
  static void decode(
      MemorySegment w,
      long codesAt,
      long scalesAt,
      int blocks,
      int steps,
      Activations x,
      int tile,
      int t,
      float[] out) {
    int width = x.width();
    int[] pairs = x.pairs;
    int[] quads = x.quads;
    float[] scales = x.scales;
    int scaled = 8 / steps;
    FloatVector y0 = FloatVector.fromArray(FLOATS, out, 0);
    FloatVector y1 = FloatVector.fromArray(FLOATS, out, COUNT);
    for (int g = 0; g < blocks * scaled; g++) {
      int at = tile * blocks * 8 + g * steps;
      long c = codesAt + (long) g * (steps * 2 * BYTES);
      IntVector a0 = IntVector.broadcast(INTS, -(steps << 16));
      IntVector a1 = IntVector.broadcast(INTS, -(steps << 16));
      for (int j = 0; j < steps; j++) {
        int p = 2 * (at + j) * width + t;
        IntVector v0 = IntVector.fromMemorySegment(INTS, w, c + j * (2 * BYTES), LITTLE_ENDIAN);
        IntVector v1 =
            IntVector.fromMemorySegment(INTS, w, c + j * (2 * BYTES) + BYTES, LITTLE_ENDIAN);
        ShortVector start =
            IntVector.broadcast(INTS, quads[(at + j) * width + t]).reinterpretAsShorts();
        ShortVector x0 = IntVector.broadcast(INTS, pairs[p]).reinterpretAsShorts();
        ShortVector x1 = IntVector.broadcast(INTS, pairs[p + width]).reinterpretAsShorts();
        IntVector p0 =
            v0.and(MASK)
                .reinterpretAsShorts()
                .mul(x0)
                .add(v0.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x1))
                .add(start)
                .reinterpretAsInts();
        IntVector p1 =
            v1.and(MASK)
                .reinterpretAsShorts()
                .mul(x0)
                .add(v1.lanewise(LSHR, 8).and(MASK).reinterpretAsShorts().mul(x1))
                .add(start)
                .reinterpretAsInts();
        a0 = a0.add(p0.and(LOW)).add(p0.lanewise(LSHR, 16));
        a1 = a1.add(p1.and(LOW)).add(p1.lanewise(LSHR, 16));
      }
      float xd = scales[at / 8 * width + t];
      long d = scalesAt + (long) g * (2 * BYTES);
      y0 =
          ((FloatVector) a0.convert(I2F, 0))
              .mul(xd)
              .fma(FloatVector.fromMemorySegment(FLOATS, w, d, LITTLE_ENDIAN), y0);
      y1 =
          ((FloatVector) a1.convert(I2F, 0))
              .mul(xd)
              .fma(FloatVector.fromMemorySegment(FLOATS, w, d + BYTES, LITTLE_ENDIAN), y1);
    }
    y0.intoArray(out, 0);
    y1.intoArray(out, COUNT);
  }

  /** Codes of {@code blocks} blocks as f32, [block, 32 columns, GROUP]. */
  static void unpack(MemorySegment w, long codesAt, int blocks, float[] panel) {
    for (int b = 0; b < blocks; b++) {
      for (int j = 0; j < 16; j++) {
        IntVector v =
            IntVector.fromMemorySegment(
                    INTS, w, codesAt + (long) b * (16 * BYTES) + j * BYTES, LITTLE_ENDIAN)
                .lanewise(XOR, 0x80808080);
        int to = b * 32 * GROUP + (j >> 1) * 4 * GROUP + (j & 1) * COUNT;
        ((FloatVector) v.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0))
            .intoArray(panel, to);
        ((FloatVector) v.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0))
            .intoArray(panel, to + GROUP);
        ((FloatVector) v.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0))
            .intoArray(panel, to + 2 * GROUP);
        ((FloatVector) v.lanewise(ASHR, 24).convert(I2F, 0)).intoArray(panel, to + 3 * GROUP);
      }
    }
  }
}
