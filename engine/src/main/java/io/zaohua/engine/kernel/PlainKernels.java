package io.zaohua.engine.kernel;

import static io.zaohua.engine.kernel.Lanes.BYTES;
import static io.zaohua.engine.kernel.Lanes.COUNT;
import static io.zaohua.engine.kernel.Lanes.GROUP;
import static io.zaohua.engine.kernel.Storage.FLOAT;
import static io.zaohua.engine.kernel.Storage.INT;
import static io.zaohua.engine.kernel.Storage.LONG;

import java.lang.foreign.MemorySegment;

/**
 * The sums of the single-token kernels without vectors, bit for bit: what runs while those wait for
 * the JIT compiler ({@link Warmth}), since a vector operation in the interpreter costs a
 * microsecond. Integer sums are exact in any order, and each row's float sum takes the blocks in
 * the same order with the same roundings.
 *
 * <p>Two rows share a long: its halves are two codes, times one activation, summed modulo 2^64; the
 * lower half's sum is then a signed 32-bit number and the rest is the upper's.
 */
final class PlainKernels {
  private static final long NIBBLES = 0x0000000f0000000fL;
  private static final long OCTETS = 0x000000ff000000ffL;

  private PlainKernels() {}

  /** 4-bit codes, see {@link NibbleKernels}. */
  static void nibbles(
      MemorySegment w,
      long at,
      int blocks,
      ScaleForm form,
      int perBlock,
      int zero,
      Activations x,
      int tile,
      int t,
      float[] out,
      int to) {
    long[] v = new long[32];
    for (int b = 0; b < blocks; b++) {
      int block = tile * blocks + b;
      values(x, block, t, v);
      int lowZero = zero * sum(v, 0);
      int highZero = zero * sum(v, 16);
      float scale = x.scales[block * x.width() + t];
      long codes = at + (long) form.codes(b, 4, perBlock) * BYTES;
      long scales = at + (long) form.scales(b, 4, perBlock) * BYTES;
      for (int r = 0; r < COUNT; r += 2) {
        long low = 0;
        long high = 0;
        for (int j = 0; j < 4; j++) {
          long c = w.get(LONG, codes + (long) j * BYTES + 4L * r);
          low +=
              (c & NIBBLES) * v[4 * j]
                  + (c >>> 8 & NIBBLES) * v[4 * j + 1]
                  + (c >>> 16 & NIBBLES) * v[4 * j + 2]
                  + (c >>> 24 & NIBBLES) * v[4 * j + 3];
          high +=
              (c >>> 4 & NIBBLES) * v[16 + 4 * j]
                  + (c >>> 12 & NIBBLES) * v[17 + 4 * j]
                  + (c >>> 20 & NIBBLES) * v[18 + 4 * j]
                  + (c >>> 28 & NIBBLES) * v[19 + 4 * j];
        }
        add(w, scales, form, b, perBlock, low, high, lowZero, highZero, scale, out, to, r);
      }
    }
  }

  /** Nibbles with upper bits elsewhere, see {@link FiveKernels} and {@link SixKernels}. */
  static void mixed(
      MemorySegment w,
      long at,
      int blocks,
      PackedMatrix.Layout layout,
      ScaleForm form,
      int perBlock,
      int zero,
      Activations x,
      int tile,
      int t,
      float[] out,
      int to) {
    int vectors = layout.vectors;
    boolean six = layout == PackedMatrix.Layout.SIX;
    long upper = six ? 0x0000000300000003L : 0x0000000100000001L;
    int[] field = new int[32];
    for (int i = 0; i < 32; i++) {
      field[i] = six ? SixKernels.field(i) : FiveKernels.field(i);
    }
    long[] v = new long[32];
    for (int b = 0; b < blocks; b++) {
      int block = tile * blocks + b;
      values(x, block, t, v);
      int lowZero = zero * sum(v, 0);
      int highZero = zero * sum(v, 16);
      float scale = x.scales[block * x.width() + t];
      long codes = at + (long) form.codes(b, vectors, perBlock) * BYTES;
      long scales = at + (long) form.scales(b, vectors, perBlock) * BYTES;
      for (int r = 0; r < COUNT; r += 2) {
        long low = 0;
        long high = 0;
        for (int j = 0; j < 4; j++) {
          long c = w.get(LONG, codes + (long) j * BYTES + 4L * r);
          long h = w.get(LONG, codes + (long) (six ? 4 + j / 2 : 4) * BYTES + 4L * r);
          for (int i = 4 * j; i < 4 * j + 4; i++, c >>>= 8) {
            low += (c & NIBBLES | (h >>> field[i] & upper) << 4) * v[i];
            high += (c >>> 4 & NIBBLES | (h >>> field[16 + i] & upper) << 4) * v[16 + i];
          }
        }
        add(w, scales, form, b, perBlock, low, high, lowZero, highZero, scale, out, to, r);
      }
    }
  }

  /** 8-bit codes plus 128, see {@link ByteKernels}. */
  static void bytes(
      MemorySegment w,
      long at,
      int blocks,
      ScaleForm form,
      Activations x,
      int tile,
      int t,
      float[] out,
      int to) {
    long[] v = new long[32];
    for (int b = 0; b < blocks; b++) {
      int block = tile * blocks + b;
      values(x, block, t, v);
      int zero = 128 * (sum(v, 0) + sum(v, 16));
      float scale = x.scales[block * x.width() + t];
      long codes = at + (long) form.codes(b, 8, 1) * BYTES;
      long scales = at + (long) form.scales(b, 8, 1) * BYTES;
      for (int r = 0; r < COUNT; r += 2) {
        long sum = 0;
        for (int j = 0; j < 8; j++) {
          long c = w.get(LONG, codes + (long) j * BYTES + 4L * r);
          sum +=
              (c & OCTETS) * v[4 * j]
                  + (c >>> 8 & OCTETS) * v[4 * j + 1]
                  + (c >>> 16 & OCTETS) * v[4 * j + 2]
                  + (c >>> 24 & OCTETS) * v[4 * j + 3];
        }
        add(w, scales, form, b, 1, sum, 0, zero, 0, scale, out, to, r);
      }
    }
  }

  /** The block's 32 activations, in the order of columns. */
  private static void values(Activations x, int block, int t, long[] v) {
    int width = x.width();
    int p = block * 16 * width + t;
    for (int d = 0; d < 8; d++) {
      int even = x.pairs[p + 2 * d * width];
      int odd = x.pairs[p + (2 * d + 1) * width];
      v[4 * d] = (short) even;
      v[4 * d + 1] = (short) odd;
      v[4 * d + 2] = even >> 16;
      v[4 * d + 3] = odd >> 16;
    }
  }

  private static int sum(long[] v, int from) {
    int sum = 0;
    for (int i = from; i < from + 16; i++) {
      sum += (int) v[i];
    }
    return sum;
  }

  /**
   * Adds a block's sums of rows r and r + 1, columns 0 to 15 and 16 to 31, to the rows' results.
   */
  private static void add(
      MemorySegment w,
      long scales,
      ScaleForm form,
      int b,
      int perBlock,
      long low,
      long high,
      int lowZero,
      int highZero,
      float scale,
      float[] out,
      int to,
      int r) {
    for (int i = 0; i < 2; i++) {
      int first = i == 0 ? (int) low : (int) (low - (int) low >> 32);
      int second = i == 0 ? (int) high : (int) (high - (int) high >> 32);
      long s = scales + 4L * (r + i);
      float y = out[to + r + i];
      if (perBlock == 1) {
        y =
            Math.fma(
                (first + second - lowZero - highZero) * scale, form.scale(w.get(INT, s), b), y);
      } else {
        y = Math.fma((first - lowZero) * scale, form.scale(w.get(INT, s), b), y);
        y = Math.fma((second - highZero) * scale, form.scale(w.get(INT, s + BYTES), b), y);
      }
      out[to + r + i] = y;
    }
  }

  /** F32 weights or minima, see {@link DenseKernels}. */
  static void f32(
      MemorySegment w, long at, int columns, float[] x, int xAt, int width, float[] out) {
    for (int k = 0; k < columns; k++) {
      float v = x[xAt + k * width];
      long from = at + (long) k * (2 * BYTES);
      for (int r = 0; r < GROUP; r++) {
        out[r] = Math.fma(w.get(FLOAT, from + 4L * r), v, out[r]);
      }
    }
  }

  /** F16. */
  static void f16(
      MemorySegment w, long at, int columns, float[] x, int xAt, int width, float[] out) {
    for (int k = 0; k < columns; k++) {
      float v = x[xAt + k * width];
      long from = at + (long) k * BYTES;
      for (int r = 0; r < COUNT; r++) {
        int both = w.get(INT, from + 4L * r);
        out[r] = Math.fma(half(both << 16), v, out[r]);
        out[COUNT + r] = Math.fma(half(both), v, out[COUNT + r]);
      }
    }
  }

  /** An f16 in the upper half of a dword. */
  private static float half(int dword) {
    return Float.intBitsToFloat(dword >> 3 & DenseKernels.HALF_BITS) * DenseKernels.HALF_BIAS;
  }

  /** BF16. */
  static void bf16(
      MemorySegment w, long at, int columns, float[] x, int xAt, int width, float[] out) {
    for (int k = 0; k < columns; k++) {
      float v = x[xAt + k * width];
      long from = at + (long) k * BYTES;
      for (int r = 0; r < COUNT; r++) {
        int both = w.get(INT, from + 4L * r);
        out[r] = Math.fma(Float.intBitsToFloat(both << 16), v, out[r]);
        out[COUNT + r] = Math.fma(Float.intBitsToFloat(both & 0xffff0000), v, out[COUNT + r]);
      }
    }
  }
}
