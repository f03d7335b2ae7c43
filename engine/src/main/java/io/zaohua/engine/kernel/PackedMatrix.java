package io.zaohua.engine.kernel;

import io.zaohua.model.file.TensorType;
import io.zaohua.model.quant.BlockFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A block-quantised matrix: per group of rows the codes of all blocks, then the scales [scale,
 * GROUP], then, where the type has them, the minima [scale, GROUP], all f32.
 */
final class PackedMatrix implements Matrix {
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** How codes stand in memory. */
  enum Layout {
    NIBBLE(8),
    SIX(12),
    BYTE(16);

    /** Vectors per block of 32 columns. */
    final int vectors;

    Layout(int vectors) {
      this.vectors = vectors;
    }

    /** The layout of a type. */
    static Layout of(BlockFormat format) {
      int range = format.maxCode() - format.minCode();
      return range < 16 ? NIBBLE : range < 64 ? wide(format) : BYTE;
    }

    private static Layout wide(BlockFormat format) {
      return format.type() == TensorType.MXFP4 ? BYTE : SIX;
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
    return layout == Layout.SIX && format.minCode() == 0 ? 16 : -format.minCode();
  }

  private final Layout layout;
  private final int rows;
  private final int columns;
  private final int blocks;
  private final int group;
  private final int zero;
  private final boolean hasMins;
  private final Storage storage;
  private final long scalesAt;
  private final long minsAt;

  PackedMatrix(
      Layout layout, int rows, int columns, int group, int zero, boolean hasMins, Storage storage) {
    this.layout = layout;
    this.rows = rows;
    this.columns = columns;
    this.blocks = columns / 32;
    this.group = group;
    this.zero = zero;
    this.hasMins = hasMins;
    this.storage = storage;
    this.scalesAt = (long) blocks * layout.vectors * Lanes.BYTES;
    this.minsAt = scalesAt + (long) (columns / group) * (2 * Lanes.BYTES);
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
  public boolean quantized() {
    return true;
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
      if (x.width() == 1) {
        one(row / Lanes.GROUP, x, scratch);
        System.arraycopy(scratch.out, 0, y, yOffset + row, count);
      } else {
        float[] sums = many(row / Lanes.GROUP, x, scratch);
        Shapes.scatter(sums, x.tokens(), y, yOffset + row, yStride, count);
      }
    }
  }

  private void one(int g, Activations x, Scratch scratch) {
    MemorySegment w = storage.piece(g);
    long at = storage.at(g);
    float[] out = scratch.out;
    Arrays.fill(out, 0f);
    if (hasMins) {
      DenseKernels.f32(
          w, at + minsAt, columns / group, group == 32 ? x.totals : x.halfTotals, 0, 1, out);
    }
    for (int half = 0; half < 2; half++) {
      switch (layout) {
        case NIBBLE -> {
          if (group == 32) {
            NibbleKernels.decode32(w, at, at + scalesAt, blocks, zero, x, 0, 0, half, out);
          } else {
            NibbleKernels.decode16(w, at, at + scalesAt, blocks, zero, x, 0, 0, half, out);
          }
        }
        case SIX -> {
          if (group == 32) {
            SixKernels.decode32(w, at, at + scalesAt, blocks, zero, x, 0, 0, half, out);
          } else {
            SixKernels.decode16(w, at, at + scalesAt, blocks, zero, x, 0, 0, half, out);
          }
        }
        case BYTE -> ByteKernels.decode(w, at, at + scalesAt, blocks, x, 0, 0, half, out);
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
    int perBlock = 32 / group;
    for (int b = 0; b < blocks; b += step) {
      int n = Math.min(step, blocks - b);
      long codes = at + (long) b * layout.vectors * Lanes.BYTES;
      long scales = at + scalesAt + (long) b * perBlock * (2 * Lanes.BYTES);
      switch (layout) {
        case NIBBLE -> NibbleKernels.unpack(w, codes, n, zero, scratch.words);
        case SIX -> SixKernels.unpack(w, codes, n, zero, scratch.words);
        case BYTE -> ByteKernels.unpack(w, codes, n, scratch.floats);
      }
      for (int tile = 0; tile < tiles; tile++) {
        int first = tile * groups + b * perBlock;
        switch (layout) {
          case NIBBLE, SIX ->
              TileKernels.words(
                  scratch.words, n * perBlock, group / 2, x, first, w, scales, y, tile * perTile);
          case BYTE ->
              TileKernels.floats(
                  scratch.floats, n * perBlock, group, x, first, w, scales, y, tile * perTile);
        }
      }
    }
    return y;
  }

  private void addMins(
      MemorySegment w, long at, Activations x, int tiles, Scratch scratch, float[] y) {
    int groups = columns / group;
    float[] totals = group == 32 ? x.totals : x.halfTotals;
    int step = Scratch.FLOAT_BLOCKS * 32;
    for (int k = 0; k < groups; k += step) {
      int n = Math.min(step, groups - k);
      DenseKernels.unpackF32(w, at + (long) k * (2 * Lanes.BYTES), n, scratch.floats);
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
    for (int k = 0; k < columns; k++) {
      long s = (long) (k / group) * (2 * Lanes.BYTES) + 4L * r;
      float value = w.get(FLOAT, at + scalesAt + s) * code(w, at, r, k);
      target[offset + k] = hasMins ? value + w.get(FLOAT, at + minsAt + s) : value;
    }
  }

  private int code(MemorySegment w, long at, int r, int column) {
    int i = column % 32;
    long block = at + (long) (column / 32) * layout.vectors * Lanes.BYTES + 4L * r;
    return switch (layout) {
      case NIBBLE -> {
        int dword = w.get(INT, block + (long) (i % 16 / 4) * (2 * Lanes.BYTES));
        yield (dword >>> (i % 4 * 8 + i / 16 * 4) & 15) - zero;
      }
      case SIX -> {
        int low = w.get(INT, block + (long) (i % 16 / 4) * (2 * Lanes.BYTES));
        int high = w.get(INT, block + (long) (4 + i % 16 / 8) * (2 * Lanes.BYTES));
        yield (low >>> (i % 4 * 8 + i / 16 * 4) & 15 | (high >>> SixKernels.field(i) & 3) << 4)
            - zero;
      }
      case BYTE ->
          (w.get(INT, block + (long) (i / 4) * (2 * Lanes.BYTES)) >>> (i % 4 * 8) & 255) - 128;
    };
  }
}
