package io.zaohua.engine.kernel;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.UnaryOperator;

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
  private static final int MAGIC_BITS = Float.floatToRawIntBits(MAGIC);
  private static final int BLOCK = 32;

  /** What matrices read. Only what the readers of a product ask for is made. */
  public enum Form {
    /** The values as f32. */
    FLOATS,
    /** Int8 blocks, two values a dword. */
    PAIRS,
    /** Int8 blocks for 8-bit weights. */
    BYTES,
    /** Sums of int8 blocks times their scale, for weights with minima. */
    TOTALS
  }

  private static final Form[] FORMS = Form.values();

  private int tokens;
  private int columns;
  private int width;
  private final Set<Form> forms = EnumSet.noneOf(Form.class);
  private final IdentityHashMap<Matrix, Activations> derived = new IdentityHashMap<>();
  private boolean withValues;
  private boolean withPairs;
  private boolean withQuads;
  private boolean withSums;
  private boolean withTotals;
  private boolean withCodes;

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
   * t * stride}, for the matrices that will read them.
   */
  public void load(
      float[] x, int offset, int stride, int tokens, int columns, Cores cores, Matrix... readers) {
    int tiles = prepare(tokens, columns, readers);
    cores.forEach(
        tiles,
        Math.max(1, (1 << 14) / Math.max(1, columns * width)),
        (from, to, thread) -> tiles(x, offset, stride, from, to));
  }

  /** The same in the calling thread. */
  void load(float[] x, int offset, int stride, int tokens, int columns, Matrix... readers) {
    tiles(x, offset, stride, 0, prepare(tokens, columns, readers));
  }

  private void tiles(float[] x, int offset, int stride, int from, int to) {
    int[] rounded = new int[BLOCK];
    for (int tile = from; tile < to; tile++) {
      loadTile(x, offset, stride, tile, rounded);
    }
  }

  /** Makes room and returns the number of tiles. */
  private int prepare(int tokens, int columns, Matrix... readers) {
    this.tokens = tokens;
    this.columns = columns;
    this.width = tokens == 1 ? 1 : TILE;
    derived.clear();
    forms.clear();
    for (Matrix reader : readers) {
      forms.addAll(reader.reads());
    }
    if (quantized() && columns % BLOCK != 0) {
      throw new IllegalArgumentException(
          "int8 activations come in blocks of 32 columns, got " + columns);
    }
    choose();
    int tiles = (tokens + width - 1) / width;
    reserve(tiles * width);
    return tiles;
  }

  /** What {@code by} makes of these rows, made once for each {@code key} until they change. */
  Activations derived(Matrix key, UnaryOperator<Activations> by) {
    synchronized (derived) {
      Activations known = derived.get(key);
      if (known == null) {
        known = by.apply(this);
        derived.put(key, known);
      }
      return known;
    }
  }

  /** The values, row after row, [tokens, columns]; {@link Form#FLOATS} must have been asked for. */
  float[] rows() {
    float[] rows = new float[tokens * columns];
    for (int t = 0; t < tokens; t++) {
      int from = t / width * width * columns + t % width;
      for (int i = 0; i < columns; i++) {
        rows[t * columns + i] = values[from + i * width];
      }
    }
    return rows;
  }

  /** Single tokens and tiles of many read different arrays. */
  private void choose() {
    boolean few = tokens <= FEW;
    boolean bytes = forms.contains(Form.BYTES);
    withValues = forms.contains(Form.FLOATS);
    withPairs = forms.contains(Form.PAIRS) || few && bytes;
    withQuads = few && bytes;
    withSums = few && forms.contains(Form.PAIRS);
    withTotals = forms.contains(Form.TOTALS);
    withCodes = !few && bytes;
  }

  private void reserve(int padded) {
    int all = padded * columns;
    values = room(values, withValues ? all : 0);
    scales = room(scales, quantized() ? all / 32 : 0);
    pairs = room(pairs, withPairs ? all / 2 : 0);
    quads = room(quads, withQuads ? all / 4 : 0);
    sums = room(sums, withSums ? all / 16 : 0);
    halfTotals = room(halfTotals, withTotals ? all / 16 : 0);
    totals = room(totals, withTotals ? all / 32 : 0);
    codes = room(codes, withCodes ? all : 0);
  }

  private static float[] room(float[] array, int size) {
    return array.length < size ? new float[size + size / 4] : array;
  }

  private static int[] room(int[] array, int size) {
    return array.length < size ? new int[size + size / 4] : array;
  }

  private void loadTile(float[] x, int offset, int stride, int tile, int[] rounded) {
    int blocks = quantized() ? columns / BLOCK : 0;
    for (int t = 0; t < width; t++) {
      int token = tile * width + t;
      boolean real = token < tokens;
      int from = offset + token * stride;
      if (withValues) {
        scatter(x, from, real ? columns : 0, tile * columns * width + t);
      }
      for (int b = 0; b < blocks; b++) {
        int block = tile * blocks + b;
        float scale = real ? round(x, from + b * BLOCK, rounded) : none(rounded);
        scales[block * width + t] = scale;
        store(rounded, scale, block, t);
      }
    }
  }

  /** A tile's unused place is zero. */
  private static float none(int[] rounded) {
    Arrays.fill(rounded, 0);
    return 0;
  }

  private void scatter(float[] x, int from, int count, int at) {
    if (width == 1) {
      System.arraycopy(x, from, values, at, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      values[at + i * width] = x[from + i];
    }
    for (int i = count; i < columns; i++) {
      values[at + i * width] = 0;
    }
  }

  /** Rounds one block to -127 .. 127 and returns its scale. */
  private static float round(float[] x, int from, int[] rounded) {
    float max = 0;
    for (int i = from; i < from + BLOCK; i++) {
      max = Math.max(max, Math.abs(x[i])); // NaN stays
    }
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
    for (int i = 0; i < BLOCK; i++) {
      rounded[i] = Float.floatToRawIntBits(x[from + i] * inverse + MAGIC) - MAGIC_BITS;
    }
    return scale;
  }

  private void store(int[] q, float scale, int block, int t) {
    int w = width;
    if (withSums || withTotals) {
      sums(q, scale, block, t);
    }
    if (withQuads) {
      quads(q, block * 8 * w + t, w);
    }
    if (withCodes) {
      int at = block * BLOCK * w + t;
      for (int i = 0; i < BLOCK; i++) {
        codes[at + i * w] = q[i];
      }
    }
    if (withPairs) {
      pairs(q, block * 16 * w + t, w);
    }
  }

  private void sums(int[] q, float scale, int block, int t) {
    int total = 0;
    for (int h = 0; h < 2; h++) {
      int low = 0;
      int high = 0;
      for (int i = 16 * h; i < 16 * h + 16; i += 4) {
        low += q[i] + q[i + 1];
        high += q[i + 2] + q[i + 3];
      }
      int half = (2 * block + h) * width + t;
      if (withSums) {
        sums[half] = low & 0xffff | high << 16;
      }
      if (withTotals) {
        halfTotals[half] = scale * (low + high);
      }
      total += low + high;
    }
    if (withTotals) {
      totals[block * width + t] = scale * total;
    }
  }

  private void pairs(int[] q, int at, int w) {
    for (int d = 0; d < 8; d++) {
      pairs[at + 2 * d * w] = q[4 * d] & 0xffff | q[4 * d + 2] << 16;
      pairs[at + (2 * d + 1) * w] = q[4 * d + 1] & 0xffff | q[4 * d + 3] << 16;
    }
  }

  private void quads(int[] q, int at, int w) {
    for (int d = 0; d < 8; d++) {
      int low = q[4 * d] + q[4 * d + 1];
      int high = q[4 * d + 2] + q[4 * d + 3];
      quads[at + d * w] = 0x8000 - 128 * low & 0xffff | 0x8000 - 128 * high << 16;
    }
  }

  /** Whether a matrix was among the readers, or one like it. */
  boolean suits(Matrix reader) {
    Set<Form> reads = reader.reads();
    for (Form form : FORMS) { // an iterator of the set would be allocated in every product
      if (reads.contains(form) && !forms.contains(form)) {
        return false;
      }
    }
    return true;
  }

  Set<Form> forms() {
    return forms;
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

  private boolean quantized() {
    return forms.contains(Form.PAIRS) || forms.contains(Form.BYTES);
  }
}
