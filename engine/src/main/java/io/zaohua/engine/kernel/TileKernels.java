package io.zaohua.engine.kernel;

import static io.zaohua.engine.kernel.Lanes.COUNT;
import static io.zaohua.engine.kernel.Lanes.FLOATS;
import static io.zaohua.engine.kernel.Lanes.GROUP;
import static io.zaohua.engine.kernel.Lanes.INTS;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

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
   * Integer codes as pairs of signed words, panel [groups, pairs, GROUP].
   *
   * @param perGroup pairs that share a scale: 16, or 8
   */
  static void words(
      int[] panel,
      int groups,
      int perGroup,
      float[] rowScales,
      Activations x,
      int xGroup,
      float[] y,
      int yAt) {
    int[] pairs = x.pairs;
    float[] scales = x.scales;
    int shift = perGroup == 16 ? 0 : 1; // groups per block; a division here cost 5 in 100
    for (int g = 0; g < groups; g++) {
      int k = g * perGroup * GROUP;
      int p = (xGroup + g) * perGroup * 4;
      IntVector wf00 = IntVector.fromArray(INTS, panel, k);
      IntVector wf01 = IntVector.fromArray(INTS, panel, k + COUNT);
      ShortVector xf00 = IntVector.broadcast(INTS, pairs[p]).reinterpretAsShorts();
      ShortVector xf01 = IntVector.broadcast(INTS, pairs[p + 1]).reinterpretAsShorts();
      ShortVector xf02 = IntVector.broadcast(INTS, pairs[p + 2]).reinterpretAsShorts();
      ShortVector xf03 = IntVector.broadcast(INTS, pairs[p + 3]).reinterpretAsShorts();
      ShortVector a00 = wf00.reinterpretAsShorts().mul(xf00);
      ShortVector a01 = wf01.reinterpretAsShorts().mul(xf00);
      ShortVector a10 = wf00.reinterpretAsShorts().mul(xf01);
      ShortVector a11 = wf01.reinterpretAsShorts().mul(xf01);
      ShortVector a20 = wf00.reinterpretAsShorts().mul(xf02);
      ShortVector a21 = wf01.reinterpretAsShorts().mul(xf02);
      ShortVector a30 = wf00.reinterpretAsShorts().mul(xf03);
      ShortVector a31 = wf01.reinterpretAsShorts().mul(xf03);
      for (int i = 1; i < perGroup; i += 1) {
        IntVector wn00 = IntVector.fromArray(INTS, panel, k + i * GROUP);
        IntVector wn01 = IntVector.fromArray(INTS, panel, k + i * GROUP + COUNT);
        ShortVector xn00 = IntVector.broadcast(INTS, pairs[p + 4 * i]).reinterpretAsShorts();
        ShortVector xn01 = IntVector.broadcast(INTS, pairs[p + 4 * i + 1]).reinterpretAsShorts();
        ShortVector xn02 = IntVector.broadcast(INTS, pairs[p + 4 * i + 2]).reinterpretAsShorts();
        ShortVector xn03 = IntVector.broadcast(INTS, pairs[p + 4 * i + 3]).reinterpretAsShorts();
        a00 = a00.add(wn00.reinterpretAsShorts().mul(xn00));
        a01 = a01.add(wn01.reinterpretAsShorts().mul(xn00));
        a10 = a10.add(wn00.reinterpretAsShorts().mul(xn01));
        a11 = a11.add(wn01.reinterpretAsShorts().mul(xn01));
        a20 = a20.add(wn00.reinterpretAsShorts().mul(xn02));
        a21 = a21.add(wn01.reinterpretAsShorts().mul(xn02));
        a30 = a30.add(wn00.reinterpretAsShorts().mul(xn03));
        a31 = a31.add(wn01.reinterpretAsShorts().mul(xn03));
      }
      FloatVector d0 = FloatVector.fromArray(FLOATS, rowScales, g * GROUP);
      FloatVector d1 = FloatVector.fromArray(FLOATS, rowScales, g * GROUP + COUNT);
      int s = (xGroup + g >> shift) * 4;
      IntVector i00 = a00.reinterpretAsInts();
      ((FloatVector)
              i00.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i00.lanewise(ASHR, 16)).convert(I2F, 0))
          .mul(scales[s])
          .fma(d0, FloatVector.fromArray(FLOATS, y, yAt))
          .intoArray(y, yAt);
      IntVector i01 = a01.reinterpretAsInts();
      ((FloatVector)
              i01.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i01.lanewise(ASHR, 16)).convert(I2F, 0))
          .mul(scales[s])
          .fma(d1, FloatVector.fromArray(FLOATS, y, yAt + COUNT))
          .intoArray(y, yAt + COUNT);
      IntVector i10 = a10.reinterpretAsInts();
      ((FloatVector)
              i10.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i10.lanewise(ASHR, 16)).convert(I2F, 0))
          .mul(scales[s + 1])
          .fma(d0, FloatVector.fromArray(FLOATS, y, yAt + GROUP))
          .intoArray(y, yAt + GROUP);
      IntVector i11 = a11.reinterpretAsInts();
      ((FloatVector)
              i11.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i11.lanewise(ASHR, 16)).convert(I2F, 0))
          .mul(scales[s + 1])
          .fma(d1, FloatVector.fromArray(FLOATS, y, yAt + GROUP + COUNT))
          .intoArray(y, yAt + GROUP + COUNT);
      IntVector i20 = a20.reinterpretAsInts();
      ((FloatVector)
              i20.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i20.lanewise(ASHR, 16)).convert(I2F, 0))
          .mul(scales[s + 2])
          .fma(d0, FloatVector.fromArray(FLOATS, y, yAt + 2 * GROUP))
          .intoArray(y, yAt + 2 * GROUP);
      IntVector i21 = a21.reinterpretAsInts();
      ((FloatVector)
              i21.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i21.lanewise(ASHR, 16)).convert(I2F, 0))
          .mul(scales[s + 2])
          .fma(d1, FloatVector.fromArray(FLOATS, y, yAt + 2 * GROUP + COUNT))
          .intoArray(y, yAt + 2 * GROUP + COUNT);
      IntVector i30 = a30.reinterpretAsInts();
      ((FloatVector)
              i30.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i30.lanewise(ASHR, 16)).convert(I2F, 0))
          .mul(scales[s + 3])
          .fma(d0, FloatVector.fromArray(FLOATS, y, yAt + 3 * GROUP))
          .intoArray(y, yAt + 3 * GROUP);
      IntVector i31 = a31.reinterpretAsInts();
      ((FloatVector)
              i31.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i31.lanewise(ASHR, 16)).convert(I2F, 0))
          .mul(scales[s + 3])
          .fma(d1, FloatVector.fromArray(FLOATS, y, yAt + 3 * GROUP + COUNT))
          .intoArray(y, yAt + 3 * GROUP + COUNT);
    }
  }

  /** Integer codes as f32, panel [groups, perGroup, GROUP]; {@code perGroup} is 32 or 16. */
  static void floats(
      float[] panel,
      int groups,
      int perGroup,
      float[] rowScales,
      Activations x,
      int xGroup,
      float[] y,
      int yAt) {
    float[] codes = x.codes;
    float[] scales = x.scales;
    int shift = perGroup == 32 ? 0 : 1;
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
      FloatVector d0 = FloatVector.fromArray(FLOATS, rowScales, g * GROUP);
      FloatVector d1 = FloatVector.fromArray(FLOATS, rowScales, g * GROUP + COUNT);
      int s = (xGroup + g >> shift) * 4;
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
