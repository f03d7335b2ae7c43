package io.zaohua.engine.kernel;

import static io.zaohua.engine.kernel.Lanes.BYTES;
import static io.zaohua.engine.kernel.Lanes.COUNT;
import static io.zaohua.engine.kernel.Lanes.FLOATS;
import static io.zaohua.engine.kernel.Lanes.GROUP;
import static io.zaohua.engine.kernel.Lanes.INTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Plain weights, f32 sums over the columns in order. F32: [column, GROUP]. F16 and BF16: per column
 * one vector of dwords, lane r holds row r (low word) and row r + COUNT (high word).
 */
final class DenseKernels {
  /** An f16's bits moved to f32's place are the value times 2^-112; subnormals included. */
  static final float HALF_BIAS = 0x1p112f;

  static final int HALF_BITS = 0x8fffe000;

  private DenseKernels() {}

  /** One token: {@code out[0 .. GROUP)} += W x, with x[k] at {@code x[xAt + k * width]}. */
  static void f32(
      MemorySegment w, long at, int columns, float[] x, int xAt, int width, float[] out) {
    FloatVector y0 = FloatVector.fromArray(FLOATS, out, 0);
    FloatVector y1 = FloatVector.fromArray(FLOATS, out, COUNT);
    for (int k = 0; k < columns; k++) {
      FloatVector v = FloatVector.broadcast(FLOATS, x[xAt + k * width]);
      long from = at + (long) k * (2 * BYTES);
      y0 = FloatVector.fromMemorySegment(FLOATS, w, from, LITTLE_ENDIAN).fma(v, y0);
      y1 = FloatVector.fromMemorySegment(FLOATS, w, from + BYTES, LITTLE_ENDIAN).fma(v, y1);
    }
    y0.intoArray(out, 0);
    y1.intoArray(out, COUNT);
  }

  static void bf16(
      MemorySegment w, long at, int columns, float[] x, int xAt, int width, float[] out) {
    FloatVector y0 = FloatVector.fromArray(FLOATS, out, 0);
    FloatVector y1 = FloatVector.fromArray(FLOATS, out, COUNT);
    for (int k = 0; k < columns; k++) {
      FloatVector v = FloatVector.broadcast(FLOATS, x[xAt + k * width]);
      IntVector both = IntVector.fromMemorySegment(INTS, w, at + (long) k * BYTES, LITTLE_ENDIAN);
      y0 = both.lanewise(LSHL, 16).reinterpretAsFloats().fma(v, y0);
      y1 = both.and(0xffff0000).reinterpretAsFloats().fma(v, y1);
    }
    y0.intoArray(out, 0);
    y1.intoArray(out, COUNT);
  }

  static void f16(
      MemorySegment w, long at, int columns, float[] x, int xAt, int width, float[] out) {
    FloatVector y0 = FloatVector.fromArray(FLOATS, out, 0);
    FloatVector y1 = FloatVector.fromArray(FLOATS, out, COUNT);
    for (int k = 0; k < columns; k++) {
      FloatVector v = FloatVector.broadcast(FLOATS, x[xAt + k * width]);
      IntVector both = IntVector.fromMemorySegment(INTS, w, at + (long) k * BYTES, LITTLE_ENDIAN);
      y0 =
          both.lanewise(LSHL, 16)
              .lanewise(ASHR, 3)
              .and(HALF_BITS)
              .reinterpretAsFloats()
              .mul(HALF_BIAS)
              .fma(v, y0);
      y1 = both.lanewise(ASHR, 3).and(HALF_BITS).reinterpretAsFloats().mul(HALF_BIAS).fma(v, y1);
    }
    y0.intoArray(out, 0);
    y1.intoArray(out, COUNT);
  }

  static void unpackF32(MemorySegment w, long at, int columns, float[] panel) {
    for (int i = 0; i < 2 * columns; i++) {
      FloatVector.fromMemorySegment(FLOATS, w, at + (long) i * BYTES, LITTLE_ENDIAN)
          .intoArray(panel, i * COUNT);
    }
  }

  static void unpackBf16(MemorySegment w, long at, int columns, float[] panel) {
    for (int k = 0; k < columns; k++) {
      IntVector both = IntVector.fromMemorySegment(INTS, w, at + (long) k * BYTES, LITTLE_ENDIAN);
      both.lanewise(LSHL, 16).reinterpretAsFloats().intoArray(panel, k * GROUP);
      both.and(0xffff0000).reinterpretAsFloats().intoArray(panel, k * GROUP + COUNT);
    }
  }

  static void unpackF16(MemorySegment w, long at, int columns, float[] panel) {
    for (int k = 0; k < columns; k++) {
      IntVector both = IntVector.fromMemorySegment(INTS, w, at + (long) k * BYTES, LITTLE_ENDIAN);
      both.lanewise(LSHL, 16)
          .lanewise(ASHR, 3)
          .and(HALF_BITS)
          .reinterpretAsFloats()
          .mul(HALF_BIAS)
          .intoArray(panel, k * GROUP);
      both.lanewise(ASHR, 3)
          .and(HALF_BITS)
          .reinterpretAsFloats()
          .mul(HALF_BIAS)
          .intoArray(panel, k * GROUP + COUNT);
    }
  }
}
