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

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Tiles of {@link Activations#TILE} tokens over weights that were unpacked once into a panel in the
 * first-level cache: two vectors of rows by four tokens, eight sums in registers. Each method adds
 * to {@code y}, [4, GROUP], in the order in which a single token is computed, so that both give the
 * same bits.
 */
final class TileKernels {
  private TileKernels() {}

  /**
   * Integer codes as pairs of words, panel [groups, pairs, GROUP].
   *
   * @param perGroup pairs that share a scale: 16, or 8
   * @param raw scratch for the eight sums
   */
  static void words(
      int[] panel,
      int groups,
      int perGroup,
      int minusZero,
      Activations x,
      int xGroup,
      MemorySegment w,
      long scalesAt,
      int[] raw,
      float[] y,
      int yAt) {
    int[] pairs = x.pairs;
    for (int g = 0; g < groups; g++) {
      int k = g * perGroup * GROUP;
      int p = (xGroup + g) * perGroup * 4;
      IntVector w0 = IntVector.fromArray(INTS, panel, k);
      IntVector w1 = IntVector.fromArray(INTS, panel, k + COUNT);
      ShortVector x0 = IntVector.broadcast(INTS, pairs[p]).reinterpretAsShorts();
      ShortVector x1 = IntVector.broadcast(INTS, pairs[p + 1]).reinterpretAsShorts();
      ShortVector x2 = IntVector.broadcast(INTS, pairs[p + 2]).reinterpretAsShorts();
      ShortVector x3 = IntVector.broadcast(INTS, pairs[p + 3]).reinterpretAsShorts();
      ShortVector a00 = w0.reinterpretAsShorts().mul(x0);
      ShortVector a01 = w1.reinterpretAsShorts().mul(x0);
      ShortVector a10 = w0.reinterpretAsShorts().mul(x1);
      ShortVector a11 = w1.reinterpretAsShorts().mul(x1);
      ShortVector a20 = w0.reinterpretAsShorts().mul(x2);
      ShortVector a21 = w1.reinterpretAsShorts().mul(x2);
      ShortVector a30 = w0.reinterpretAsShorts().mul(x3);
      ShortVector a31 = w1.reinterpretAsShorts().mul(x3);
      for (int i = 1; i < perGroup; i++) {
        w0 = IntVector.fromArray(INTS, panel, k + i * GROUP);
        w1 = IntVector.fromArray(INTS, panel, k + i * GROUP + COUNT);
        x0 = IntVector.broadcast(INTS, pairs[p + 4 * i]).reinterpretAsShorts();
        x1 = IntVector.broadcast(INTS, pairs[p + 4 * i + 1]).reinterpretAsShorts();
        x2 = IntVector.broadcast(INTS, pairs[p + 4 * i + 2]).reinterpretAsShorts();
        x3 = IntVector.broadcast(INTS, pairs[p + 4 * i + 3]).reinterpretAsShorts();
        a00 = a00.add(w0.reinterpretAsShorts().mul(x0));
        a01 = a01.add(w1.reinterpretAsShorts().mul(x0));
        a10 = a10.add(w0.reinterpretAsShorts().mul(x1));
        a11 = a11.add(w1.reinterpretAsShorts().mul(x1));
        a20 = a20.add(w0.reinterpretAsShorts().mul(x2));
        a21 = a21.add(w1.reinterpretAsShorts().mul(x2));
        a30 = a30.add(w0.reinterpretAsShorts().mul(x3));
        a31 = a31.add(w1.reinterpretAsShorts().mul(x3));
      }
      a00.reinterpretAsInts().intoArray(raw, 0);
      a01.reinterpretAsInts().intoArray(raw, COUNT);
      a10.reinterpretAsInts().intoArray(raw, 2 * COUNT);
      a11.reinterpretAsInts().intoArray(raw, 3 * COUNT);
      a20.reinterpretAsInts().intoArray(raw, 4 * COUNT);
      a21.reinterpretAsInts().intoArray(raw, 5 * COUNT);
      a30.reinterpretAsInts().intoArray(raw, 6 * COUNT);
      a31.reinterpretAsInts().intoArray(raw, 7 * COUNT);
      finish(raw, x, xGroup + g, perGroup, minusZero, w, scalesAt + (long) g * (2 * BYTES), y, yAt);
    }
  }

  /** Widens the eight sums of one group, takes the zero point off and applies the scales. */
  private static void finish(
      int[] raw,
      Activations x,
      int group,
      int perGroup,
      int minusZero,
      MemorySegment w,
      long d,
      float[] y,
      int yAt) {
    FloatVector d0 = FloatVector.fromMemorySegment(FLOATS, w, d, LITTLE_ENDIAN);
    FloatVector d1 = FloatVector.fromMemorySegment(FLOATS, w, d + BYTES, LITTLE_ENDIAN);
    int[] sums = x.sums;
    float[] scales = x.scales;
    int perBlock = 16 / perGroup;
    int half = group * 2 / perBlock;
    for (int t = 0; t < 4; t++) {
      ShortVector start = IntVector.broadcast(INTS, sums[half * 4 + t]).reinterpretAsShorts();
      ShortVector more =
          IntVector.broadcast(INTS, perBlock == 1 ? sums[half * 4 + 4 + t] : 0)
              .reinterpretAsShorts();
      ShortVector zero = start.add(more).mul((short) minusZero);
      float xd = scales[group / perBlock * 4 + t];
      IntVector i0 =
          IntVector.fromArray(INTS, raw, 2 * t * COUNT)
              .reinterpretAsShorts()
              .add(zero)
              .reinterpretAsInts();
      IntVector i1 =
          IntVector.fromArray(INTS, raw, (2 * t + 1) * COUNT)
              .reinterpretAsShorts()
              .add(zero)
              .reinterpretAsInts();
      ((FloatVector)
              i0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i0.lanewise(ASHR, 16)).convert(I2F, 0))
          .mul(xd)
          .fma(d0, FloatVector.fromArray(FLOATS, y, yAt + t * GROUP))
          .intoArray(y, yAt + t * GROUP);
      ((FloatVector)
              i1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i1.lanewise(ASHR, 16)).convert(I2F, 0))
          .mul(xd)
          .fma(d1, FloatVector.fromArray(FLOATS, y, yAt + t * GROUP + COUNT))
          .intoArray(y, yAt + t * GROUP + COUNT);
    }
  }

  /** Integer codes as f32, panel [groups, perGroup, GROUP]; {@code perGroup} is 32 or 16. */
  static void floats(
      float[] panel,
      int groups,
      int perGroup,
      Activations x,
      int xGroup,
      MemorySegment w,
      long scalesAt,
      float[] y,
      int yAt) {
    float[] codes = x.codes;
    float[] scales = x.scales;
    int perBlock = 32 / perGroup;
    for (int g = 0; g < groups; g++) {
      int k = g * perGroup * GROUP;
      int p = (xGroup + g) * perGroup * 4;
      FloatVector w0 = FloatVector.fromArray(FLOATS, panel, k);
      FloatVector w1 = FloatVector.fromArray(FLOATS, panel, k + COUNT);
      FloatVector a00 = w0.mul(codes[p]);
      FloatVector a01 = w1.mul(codes[p]);
      FloatVector a10 = w0.mul(codes[p + 1]);
      FloatVector a11 = w1.mul(codes[p + 1]);
      FloatVector a20 = w0.mul(codes[p + 2]);
      FloatVector a21 = w1.mul(codes[p + 2]);
      FloatVector a30 = w0.mul(codes[p + 3]);
      FloatVector a31 = w1.mul(codes[p + 3]);
      for (int i = 1; i < perGroup; i++) {
        w0 = FloatVector.fromArray(FLOATS, panel, k + i * GROUP);
        w1 = FloatVector.fromArray(FLOATS, panel, k + i * GROUP + COUNT);
        FloatVector x0 = FloatVector.broadcast(FLOATS, codes[p + 4 * i]);
        a00 = w0.fma(x0, a00);
        a01 = w1.fma(x0, a01);
        FloatVector x1 = FloatVector.broadcast(FLOATS, codes[p + 4 * i + 1]);
        a10 = w0.fma(x1, a10);
        a11 = w1.fma(x1, a11);
        FloatVector x2 = FloatVector.broadcast(FLOATS, codes[p + 4 * i + 2]);
        a20 = w0.fma(x2, a20);
        a21 = w1.fma(x2, a21);
        FloatVector x3 = FloatVector.broadcast(FLOATS, codes[p + 4 * i + 3]);
        a30 = w0.fma(x3, a30);
        a31 = w1.fma(x3, a31);
      }
      long d = scalesAt + (long) g * (2 * BYTES);
      FloatVector d0 = FloatVector.fromMemorySegment(FLOATS, w, d, LITTLE_ENDIAN);
      FloatVector d1 = FloatVector.fromMemorySegment(FLOATS, w, d + BYTES, LITTLE_ENDIAN);
      int s = (xGroup + g) / perBlock * 4;
      a00.mul(scales[s]).fma(d0, FloatVector.fromArray(FLOATS, y, yAt)).intoArray(y, yAt);
      a01.mul(scales[s])
          .fma(d1, FloatVector.fromArray(FLOATS, y, yAt + COUNT))
          .intoArray(y, yAt + COUNT);
      a10.mul(scales[s + 1])
          .fma(d0, FloatVector.fromArray(FLOATS, y, yAt + GROUP))
          .intoArray(y, yAt + GROUP);
      a11.mul(scales[s + 1])
          .fma(d1, FloatVector.fromArray(FLOATS, y, yAt + GROUP + COUNT))
          .intoArray(y, yAt + GROUP + COUNT);
      a20.mul(scales[s + 2])
          .fma(d0, FloatVector.fromArray(FLOATS, y, yAt + 2 * GROUP))
          .intoArray(y, yAt + 2 * GROUP);
      a21.mul(scales[s + 2])
          .fma(d1, FloatVector.fromArray(FLOATS, y, yAt + 2 * GROUP + COUNT))
          .intoArray(y, yAt + 2 * GROUP + COUNT);
      a30.mul(scales[s + 3])
          .fma(d0, FloatVector.fromArray(FLOATS, y, yAt + 3 * GROUP))
          .intoArray(y, yAt + 3 * GROUP);
      a31.mul(scales[s + 3])
          .fma(d1, FloatVector.fromArray(FLOATS, y, yAt + 3 * GROUP + COUNT))
          .intoArray(y, yAt + 3 * GROUP + COUNT);
    }
  }

  /** Plain f32, panel [columns, GROUP] against {@code x} [columns, 4]. */
  static void dense(float[] panel, int columns, float[] x, int xAt, float[] y, int yAt) {
    FloatVector a00 = FloatVector.fromArray(FLOATS, y, yAt);
    FloatVector a01 = FloatVector.fromArray(FLOATS, y, yAt + COUNT);
    FloatVector a10 = FloatVector.fromArray(FLOATS, y, yAt + GROUP);
    FloatVector a11 = FloatVector.fromArray(FLOATS, y, yAt + GROUP + COUNT);
    FloatVector a20 = FloatVector.fromArray(FLOATS, y, yAt + 2 * GROUP);
    FloatVector a21 = FloatVector.fromArray(FLOATS, y, yAt + 2 * GROUP + COUNT);
    FloatVector a30 = FloatVector.fromArray(FLOATS, y, yAt + 3 * GROUP);
    FloatVector a31 = FloatVector.fromArray(FLOATS, y, yAt + 3 * GROUP + COUNT);
    for (int i = 0; i < columns; i++) {
      FloatVector w0 = FloatVector.fromArray(FLOATS, panel, i * GROUP);
      FloatVector w1 = FloatVector.fromArray(FLOATS, panel, i * GROUP + COUNT);
      FloatVector x0 = FloatVector.broadcast(FLOATS, x[xAt + 4 * i]);
      a00 = w0.fma(x0, a00);
      a01 = w1.fma(x0, a01);
      FloatVector x1 = FloatVector.broadcast(FLOATS, x[xAt + 4 * i + 1]);
      a10 = w0.fma(x1, a10);
      a11 = w1.fma(x1, a11);
      FloatVector x2 = FloatVector.broadcast(FLOATS, x[xAt + 4 * i + 2]);
      a20 = w0.fma(x2, a20);
      a21 = w1.fma(x2, a21);
      FloatVector x3 = FloatVector.broadcast(FLOATS, x[xAt + 4 * i + 3]);
      a30 = w0.fma(x3, a30);
      a31 = w1.fma(x3, a31);
    }
    a00.intoArray(y, yAt);
    a01.intoArray(y, yAt + COUNT);
    a10.intoArray(y, yAt + GROUP);
    a11.intoArray(y, yAt + GROUP + COUNT);
    a20.intoArray(y, yAt + 2 * GROUP);
    a21.intoArray(y, yAt + 2 * GROUP + COUNT);
    a30.intoArray(y, yAt + 3 * GROUP);
    a31.intoArray(y, yAt + 3 * GROUP + COUNT);
  }
}
