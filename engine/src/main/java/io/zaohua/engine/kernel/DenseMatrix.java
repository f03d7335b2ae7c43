package io.zaohua.engine.kernel;

import static io.zaohua.engine.kernel.Storage.FLOAT;
import static io.zaohua.engine.kernel.Storage.SHORT;

import io.zaohua.model.file.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Set;

/** A matrix of F32, F16 or BF16 weights at their stored size; all sums in f32. */
final class DenseMatrix implements WarmMatrix {
  private final TensorType type;
  private final int rows;
  private final int columns;
  private final Storage storage;
  private final Warmth warmth;

  DenseMatrix(TensorType type, int rows, int columns, Storage storage) {
    this.type = type;
    this.rows = rows;
    this.columns = columns;
    this.storage = storage;
    this.warmth = Warmth.of(type);
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
    return Set.of(Activations.Form.FLOATS);
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
  public void plainly(int g, Activations x, int token, float[] out) {
    MemorySegment w = storage.piece(g);
    long at = storage.at(g);
    int from = first(x, token);
    Arrays.fill(out, 0f);
    switch (type) {
      case F16 -> PlainKernels.f16(w, at, columns, x.values, from, x.width(), out);
      case BF16 -> PlainKernels.bf16(w, at, columns, x.values, from, x.width(), out);
      default -> PlainKernels.f32(w, at, columns, x.values, from, x.width(), out);
    }
  }

  @Override
  public void vectors(int g, Activations x, int token, float[] out) {
    MemorySegment w = storage.piece(g);
    long at = storage.at(g);
    int from = first(x, token);
    Arrays.fill(out, 0f);
    switch (type) {
      case F16 -> DenseKernels.f16(w, at, columns, x.values, from, x.width(), out);
      case BF16 -> DenseKernels.bf16(w, at, columns, x.values, from, x.width(), out);
      default -> DenseKernels.f32(w, at, columns, x.values, from, x.width(), out);
    }
  }

  /** Where the token's first value stands. */
  private int first(Activations x, int token) {
    return token / x.width() * columns * x.width() + token % x.width();
  }

  private float[] many(int g, Activations x, Scratch scratch) {
    MemorySegment w = storage.piece(g);
    long at = storage.at(g);
    int tiles = (x.tokens() + Activations.TILE - 1) / Activations.TILE;
    float[] y = scratch.zeros(tiles);
    int step = Scratch.FLOAT_BLOCKS * 32;
    for (int k = 0; k < columns; k += step) {
      int n = Math.min(step, columns - k);
      switch (type) {
        case F16 -> DenseKernels.unpackF16(w, at + (long) k * Lanes.BYTES, n, scratch.floats);
        case BF16 -> DenseKernels.unpackBf16(w, at + (long) k * Lanes.BYTES, n, scratch.floats);
        default -> DenseKernels.unpackF32(w, at + (long) k * (2 * Lanes.BYTES), n, scratch.floats);
      }
      for (int tile = 0; tile < tiles; tile++) {
        TileKernels.dense(
            scratch.floats,
            n,
            x.values,
            (tile * columns + k) * Activations.TILE,
            y,
            tile * Activations.TILE * Lanes.GROUP);
      }
    }
    return y;
  }

  @Override
  public void row(int row, float[] target, int offset) {
    Shapes.checkRow(this, row);
    int r = row % Lanes.GROUP;
    MemorySegment w = storage.piece(row / Lanes.GROUP);
    long at = storage.at(row / Lanes.GROUP);
    long word = 4L * (r % Lanes.COUNT) + 2L * (r / Lanes.COUNT);
    for (int k = 0; k < columns; k++) {
      target[offset + k] =
          switch (type) {
            case F16 -> Float.float16ToFloat(w.get(SHORT, at + (long) k * Lanes.BYTES + word));
            case BF16 ->
                Float.intBitsToFloat(w.get(SHORT, at + (long) k * Lanes.BYTES + word) << 16);
            default -> w.get(FLOAT, at + (long) k * (2 * Lanes.BYTES) + 4L * r);
          };
    }
  }
}
