package io.zaohua.engine.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Input rows of a matrix product [tokens, columns]: as f32, and in int8 blocks where a quantised
 * matrix will read them.
 *
 * <p>Tokens stand in tiles of {@link #TILE} (a single token in a tile of 1), element by element, so
 * that a kernel broadcasts from consecutive addresses. A block is 32 columns with the scale max|x|
 * / 127, rounded to nearest even as llama.cpp's q8_0 does on x86, but with the scale kept in f32. A
 * block that holds NaN or an infinity has the scale NaN, and so has every result.
 */
public final class Activations {
  /** Tokens of a tile. */
  static final int TILE = 4;

  /**
   * Up to so many tokens go through the kernels of single tokens: unpacking would not pay, and a
   * short prompt on a cold JVM needs one kernel compiled instead of three.
   */
  static final int FEW = 8;

  private static final float MAGIC = 0x1.8p23f;
  private static final int BLOCK = 32;

  private int tokens;
  private int columns;
  private int width;
  private boolean quantized;

  /** [tile, column, width]. */
  float[] values = new float[0];

  /**
   * [tile, block, 16, width]: dword 2 d + h holds columns 4 d + h (low word) and 4 d + h + 2 (high
   * word) of the block.
   */
  int[] pairs = new int[0];

  /** [tile, block, 8, width]: what {@link ByteKernels} starts the words of dword d with. */
  int[] quads = new int[0];

  /** [tile, half block, width]: words summed over the eight pairs of 16 columns. */
  int[] sums = new int[0];

  /** [tile, block, width]. */
  float[] scales = new float[0];

  /** [tile, half block, width]: scale times sum, for minima per 16 columns. */
  float[] halfTotals = new float[0];

  /** [tile, block, width]: scale times sum, for minima per 32 columns. */
  float[] totals = new float[0];

  /** [tile, column, width]: the int8 values as f32. */
  float[] codes = new float[0];

  /**
   * Takes {@code tokens} rows of {@code columns} elements from {@code x}, row t at {@code offset +
   * t * stride}.
   *
   * @param quantize whether a quantised matrix will read it; columns is then a multiple of 32
   */
  public void load(
      float[] x, int offset, int stride, int tokens, int columns, boolean quantize, Cores cores) {
    this.tokens = tokens;
    this.columns = columns;
    this.width = tokens == 1 ? 1 : TILE;
    this.quantized = quantize;
    if (quantize && columns % BLOCK != 0) {
      throw new IllegalArgumentException(
          "int8 activations come in blocks of 32 columns, got " + columns);
    }
    int tiles = (tokens + width - 1) / width;
    int padded = tiles * width;
    values = room(values, padded * columns);
    if (quantize) {
      pairs = room(pairs, padded * columns / 2);
      quads = room(quads, padded * columns / 4);
      sums = room(sums, padded * columns / 16);
      halfTotals = room(halfTotals, padded * columns / 16);
      totals = room(totals, padded * columns / 32);
      scales = room(scales, padded * columns / 32);
      codes = room(codes, padded * columns);
    }
    cores.forEach(
        tiles,
        Math.max(1, (1 << 14) / Math.max(1, columns * width)),
        (from, to, thread) -> {
          for (int tile = from; tile < to; tile++) {
            loadTile(x, offset, stride, tile);
          }
        });
  }

  private static float[] room(float[] array, int size) {
    return array.length < size ? new float[size + size / 4] : array;
  }

  private static int[] room(int[] array, int size) {
    return array.length < size ? new int[size + size / 4] : array;
  }

  private void loadTile(float[] x, int offset, int stride, int tile) {
    int[] rounded = quantized ? new int[BLOCK] : new int[0];
    for (int t = 0; t < width; t++) {
      int token = tile * width + t;
      if (token >= tokens) {
        clear(tile, t);
        continue;
      }
      int from = offset + token * stride;
      scatter(x, from, values, tile * columns * width + t, columns, width);
      if (quantized) {
        for (int b = 0; b < columns / BLOCK; b++) {
          float scale = round(x, from + b * BLOCK, rounded);
          store(rounded, scale, tile * (columns / BLOCK) + b, t);
        }
      }
    }
  }

  private static void scatter(float[] x, int from, float[] to, int at, int n, int width) {
    if (width == 1) {
      System.arraycopy(x, from, to, at, n);
      return;
    }
    for (int i = 0; i < n; i++) {
      to[at + i * width] = x[from + i];
    }
  }

  /** Fills a tile's unused place with zeros. */
  private void clear(int tile, int t) {
    int at = tile * columns * width + t;
    for (int i = 0; i < columns; i++) {
      values[at + i * width] = 0;
    }
    if (quantized) {
      int[] zeros = new int[BLOCK];
      for (int b = 0; b < columns / BLOCK; b++) {
        store(zeros, 0, tile * (columns / BLOCK) + b, t);
      }
    }
  }

  /** Rounds one block to -127 .. 127 and returns its scale. */
  private static float round(float[] x, int from, int[] rounded) {
    var top = FloatVector.fromArray(Lanes.FLOATS, x, from).abs();
    for (int i = Lanes.COUNT; i < BLOCK; i += Lanes.COUNT) {
      top = top.max(FloatVector.fromArray(Lanes.FLOATS, x, from + i).abs());
    }
    float max = top.reduceLanes(VectorOperators.MAX);
    float scale = max / 127f;
    if (!(max <= Float.MAX_VALUE)) {
      Arrays.fill(rounded, 0);
      return Float.NaN;
    }
    float inverse = 1f / scale;
    if (!(inverse <= Float.MAX_VALUE)) {
      Arrays.fill(rounded, 0);
      return 0;
    }
    for (int i = 0; i < BLOCK; i += Lanes.COUNT) {
      FloatVector.fromArray(Lanes.FLOATS, x, from + i)
          .mul(inverse)
          .add(MAGIC)
          .reinterpretAsInts()
          .sub(Float.floatToRawIntBits(MAGIC))
          .intoArray(rounded, i);
    }
    return scale;
  }

  private void store(int[] q, float scale, int block, int t) {
    int w = width;
    int pair = block * 16 * w + t;
    int quad = block * 8 * w + t;
    int code = block * 32 * w + t;
    int half = block * 2 * w + t;
    int total = 0;
    for (int h = 0; h < 2; h++) {
      int low = 0;
      int high = 0;
      for (int d = 4 * h; d < 4 * h + 4; d++) {
        int q0 = q[4 * d];
        int q1 = q[4 * d + 1];
        int q2 = q[4 * d + 2];
        int q3 = q[4 * d + 3];
        pairs[pair + 2 * d * w] = q0 & 0xffff | q2 << 16;
        pairs[pair + (2 * d + 1) * w] = q1 & 0xffff | q3 << 16;
        quads[quad + d * w] = 0x8000 - 128 * (q0 + q1) & 0xffff | 0x8000 - 128 * (q2 + q3) << 16;
        low += q0 + q1;
        high += q2 + q3;
        codes[code + 4 * d * w] = q0;
        codes[code + (4 * d + 1) * w] = q1;
        codes[code + (4 * d + 2) * w] = q2;
        codes[code + (4 * d + 3) * w] = q3;
      }
      sums[half + h * w] = low & 0xffff | high << 16;
      halfTotals[half + h * w] = scale * (low + high);
      total += low + high;
    }
    totals[block * w + t] = scale * total;
    scales[block * w + t] = scale;
  }

  public int tokens() {
    return tokens;
  }

  public int columns() {
    return columns;
  }

  /** Tokens side by side in a tile: 1 or {@link #TILE}. */
  int width() {
    return width;
  }

  boolean quantized() {
    return quantized;
  }
}
