package io.zaohua.engine.kernel;

import static io.zaohua.engine.kernel.Storage.FLOAT;
import static io.zaohua.engine.kernel.Storage.INT;

import io.zaohua.model.file.TensorType;
import io.zaohua.model.quant.BlockFormat;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Set;

/**
 * A block-quantised matrix. A group of rows is two halves of COUNT rows and, where the type has
 * them, the minima [scale, GROUP]; a half is block after block, the vectors of codes and then those
 * of the scales (see {@link ScaleForm}), so that decode reads one stream. Minima are f32, or f16
 * where the type stores them so.
 */
final class PackedMatrix implements WarmMatrix {
  /** How codes stand in memory. */
  enum Layout {
    NIBBLE(4),
    FIVE(5),
    SIX(6),
    BYTE(8);

    /** Vectors of codes per block of 32 columns. */
    final int vectors;

    Layout(int vectors) {
      this.vectors = vectors;
    }

    /** The layout of a type. */
    static Layout of(BlockFormat format) {
      int range = format.maxCode() - format.minCode();
      return range < 16 ? NIBBLE : range < 32 ? FIVE : range < 64 ? SIX : BYTE;
    }
  }

  /**
   * Codes are stored from 0 on; the kernels take {@code zero} off. Five-bit codes are centred, so
   * that their sums fit; their minima make up for it.
   */
  static int zero(Layout layout, BlockFormat format) {
    if (layout == Layout.BYTE) {
      return 128;
    }
    return layout == Layout.FIVE && format.minCode() == 0 ? 16 : -format.minCode();
  }

  /** Minima that are f16 in the file and not moved by a centre. */
  static boolean halfMins(BlockFormat format) {
    return format.type() == TensorType.Q4_1;
  }

  private final Layout layout;
  private final int rows;
  private final int columns;
  private final int blocks;
  private final int group;
  private final int zero;
  private final boolean hasMins;
  private final boolean halfMins;
  private final ScaleForm form;
  private final Storage storage;
  private final int perBlock;
  private final long halfBytes;
  private final long minsAt;
  private final Set<Activations.Form> reads;
  private final Warmth warmth;

  PackedMatrix(Layout layout, BlockFormat format, int rows, int columns, Storage storage) {
    this.layout = layout;
    this.rows = rows;
    this.columns = columns;
    this.blocks = columns / 32;
    this.group = format.group();
    this.perBlock = 32 / group;
    this.zero = zero(layout, format);
    this.hasMins = format.hasMins();
    this.halfMins = halfMins(format);
    this.form = ScaleForm.of(format);
    this.warmth = Warmth.of(format.type());
    this.storage = storage;
    this.halfBytes = (long) form.vectors(blocks, layout.vectors, perBlock) * Lanes.BYTES;
    this.minsAt = 2 * halfBytes;
    var form = layout == Layout.BYTE ? Activations.Form.BYTES : Activations.Form.PAIRS;
    this.reads = hasMins ? Set.of(form, Activations.Form.TOTALS) : Set.of(form);
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public Set<Activations.Form> reads() {
    return reads;
  }

  @Override
  public int grain() {
    return Lanes.GROUP;
  }

  @Override
  public long bytes() {
    return storage.bytes();
  }

  @Override
  public void multiply(Activations x, float[] y, int yOffset, int yStride, int from, int to) {
    Shapes.check(this, x, from, to);
    Scratch scratch = Scratch.own();
    for (int row = from; row < to; row += Lanes.GROUP) {
      int count = Math.min(Lanes.GROUP, to - row);
      if (x.tokens() <= Activations.FEW) {
        for (int t = 0; t < x.tokens(); t++) {
          one(row / Lanes.GROUP, x, t, scratch.out);
          System.arraycopy(scratch.out, 0, y, yOffset + t * yStride + row, count);
        }
      } else {
        float[] sums = many(row / Lanes.GROUP, x, scratch);
        Shapes.scatter(sums, x.tokens(), y, yOffset + row, yStride, count);
      }
    }
  }

  private void one(int g, Activations x, int token, float[] out) {
    if (warmth.isCold()) {
      plainly(g, x, token, out);
    } else {
      vectors(g, x, token, out);
    }
  }

  @Override
  public void vectors(int g, Activations x, int token, float[] out) {
    MemorySegment w = storage.piece(g);
    long at = storage.at(g);
    int width = x.width();
    int tile = token / width;
    int t = token % width;
    Arrays.fill(out, 0f);
    if (hasMins) {
      int groups = columns / group;
      float[] totals = group == 32 ? x.totals : x.halfTotals;
      int from = tile * groups * width + t;
      if (halfMins) {
        DenseKernels.f16(w, at + minsAt, groups, totals, from, width, out);
      } else {
        DenseKernels.f32(w, at + minsAt, groups, totals, from, width, out);
      }
    }
    for (int half = 0; half < 2; half++) {
      long from = at + half * halfBytes;
      int to = half * Lanes.COUNT;
      switch (layout) {
        case NIBBLE -> {
          if (group == 32) {
            NibbleKernels.decode32(w, from, blocks, form, zero, x, tile, t, out, to);
          } else {
            NibbleKernels.decode16(w, from, blocks, zero, x, tile, t, out, to);
          }
        }
        case FIVE -> FiveKernels.decode32(w, from, blocks, form, zero, x, tile, t, out, to);
        case SIX -> SixKernels.decode16(w, from, blocks, zero, x, tile, t, out, to);
        case BYTE -> ByteKernels.decode(w, from, blocks, form, x, tile, t, out, to);
      }
    }
  }

  @Override
  public void plainly(int g, Activations x, int token, float[] out) {
    MemorySegment w = storage.piece(g);
    long at = storage.at(g);
    int tile = token / x.width();
    int t = token % x.width();
    Arrays.fill(out, 0f);
    if (hasMins) {
      int groups = columns / group;
      float[] totals = group == 32 ? x.totals : x.halfTotals;
      int from = tile * groups * x.width() + t;
      if (halfMins) {
        PlainKernels.f16(w, at + minsAt, groups, totals, from, x.width(), out);
      } else {
        PlainKernels.f32(w, at + minsAt, groups, totals, from, x.width(), out);
      }
    }
    for (int half = 0; half < 2; half++) {
      long from = at + half * halfBytes;
      int to = half * Lanes.COUNT;
      switch (layout) {
        case NIBBLE ->
            PlainKernels.nibbles(w, from, blocks, form, perBlock, zero, x, tile, t, out, to);
        case FIVE, SIX ->
            PlainKernels.mixed(w, from, blocks, layout, form, perBlock, zero, x, tile, t, out, to);
        case BYTE -> PlainKernels.bytes(w, from, blocks, form, x, tile, t, out, to);
      }
    }
  }

  private float[] many(int g, Activations x, Scratch scratch) {
    MemorySegment w = storage.piece(g);
    long at = storage.at(g);
    int tiles = (x.tokens() + Activations.TILE - 1) / Activations.TILE;
    float[] y = scratch.zeros(tiles);
    int perTile = Activations.TILE * Lanes.GROUP;
    int groups = columns / group;
    if (hasMins) {
      addMins(w, at + minsAt, x, tiles, scratch, y);
    }
    int step = layout == Layout.BYTE ? Scratch.FLOAT_BLOCKS : Scratch.WORD_BLOCKS;
    for (int b = 0; b < blocks; b += step) {
      int n = Math.min(step, blocks - b);
      unpack(w, at + (long) form.codes(b, layout.vectors, perBlock) * Lanes.BYTES, n, scratch);
      for (int tile = 0; tile < tiles; tile++) {
        int first = tile * groups + b * perBlock;
        if (layout == Layout.BYTE) {
          TileKernels.floats(
              scratch.floats, n * perBlock, group, scratch.scales, x, first, y, tile * perTile);
        } else {
          TileKernels.words(
              scratch.words, n * perBlock, group / 2, scratch.scales, x, first, y, tile * perTile);
        }
      }
    }
    return y;
  }

  private void unpack(MemorySegment w, long at, int n, Scratch scratch) {
    for (int half = 0; half < 2; half++) {
      long from = at + half * halfBytes;
      int to = half * Lanes.COUNT;
      switch (layout) {
        case NIBBLE -> NibbleKernels.unpack(w, from, n, form, perBlock, zero, scratch.words, to);
        case FIVE -> FiveKernels.unpack(w, from, n, form, perBlock, zero, scratch.words, to);
        case SIX -> SixKernels.unpack(w, from, n, form, perBlock, zero, scratch.words, to);
        case BYTE -> ByteKernels.unpack(w, from, n, form, scratch.floats, to);
      }
      // after the codes, which are read in order: the scales among them are in the cache by then
      ScaleKernels.unpack(w, from, n, form, layout.vectors, perBlock, scratch.scales, to);
    }
  }

  private void addMins(
      MemorySegment w, long at, Activations x, int tiles, Scratch scratch, float[] y) {
    int groups = columns / group;
    float[] totals = group == 32 ? x.totals : x.halfTotals;
    int step = Scratch.FLOAT_BLOCKS * 32;
    for (int k = 0; k < groups; k += step) {
      int n = Math.min(step, groups - k);
      if (halfMins) {
        DenseKernels.unpackF16(w, at + (long) k * Lanes.BYTES, n, scratch.floats);
      } else {
        DenseKernels.unpackF32(w, at + (long) k * (2 * Lanes.BYTES), n, scratch.floats);
      }
      for (int tile = 0; tile < tiles; tile++) {
        TileKernels.dense(
            scratch.floats,
            n,
            totals,
            (tile * groups + k) * Activations.TILE,
            y,
            tile * Activations.TILE * Lanes.GROUP);
      }
    }
  }

  @Override
  public void row(int row, float[] target, int offset) {
    Shapes.checkRow(this, row);
    int g = row / Lanes.GROUP;
    int r = row % Lanes.GROUP;
    MemorySegment w = storage.piece(g);
    long at = storage.at(g);
    long from = at + r / Lanes.COUNT * halfBytes + 4L * (r % Lanes.COUNT);
    for (int k = 0; k < columns; k++) {
      int b = k / 32;
      long block = from + (long) form.codes(b, layout.vectors, perBlock) * Lanes.BYTES;
      int bits =
          w.get(
              INT,
              from
                  + (long) (form.scales(b, layout.vectors, perBlock) + k % 32 / group)
                      * Lanes.BYTES);
      float scale = form.scale(bits, b);
      float value = scale * code(w, block, k % 32);
      target[offset + k] = hasMins ? value + min(w, at + minsAt, r, k / group) : value;
    }
  }

  private float min(MemorySegment w, long mins, int r, int g) {
    if (!halfMins) {
      return w.get(FLOAT, mins + (long) g * (2 * Lanes.BYTES) + 4L * r);
    }
    int both = w.get(INT, mins + (long) g * Lanes.BYTES + 4L * (r % Lanes.COUNT));
    return Float.float16ToFloat((short) (r < Lanes.COUNT ? both : both >> 16));
  }

  private int code(MemorySegment w, long block, int i) {
    return switch (layout) {
      case NIBBLE -> nibble(w, block, i) - zero;
      case FIVE -> {
        int high = w.get(INT, block + 4L * Lanes.BYTES);
        yield (nibble(w, block, i) | (high >>> FiveKernels.field(i) & 1) << 4) - zero;
      }
      case SIX -> {
        int high = w.get(INT, block + (long) (4 + i % 16 / 8) * Lanes.BYTES);
        yield (nibble(w, block, i) | (high >>> SixKernels.field(i) & 3) << 4) - zero;
      }
      case BYTE -> (w.get(INT, block + (long) (i / 4) * Lanes.BYTES) >>> (i % 4 * 8) & 255) - zero;
    };
  }

  private static int nibble(MemorySegment w, long block, int i) {
    int dword = w.get(INT, block + (long) (i % 16 / 4) * Lanes.BYTES);
    return dword >>> (i % 4 * 8 + i / 16 * 4) & 15;
  }
}
