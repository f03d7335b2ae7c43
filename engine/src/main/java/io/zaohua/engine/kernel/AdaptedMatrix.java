package io.zaohua.engine.kernel;

import io.zaohua.model.adapter.LowRank;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.quant.Quantizer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.EnumSet;
import java.util.Set;

/**
 * A matrix with a low-rank addition at run time: {@code y = f (W x + s B (A x))}, where f is 1 or,
 * for DoRA, a factor a row. A x is computed once for all rows of a product.
 */
public final class AdaptedMatrix implements Matrix {
  private final Matrix base;
  private final Matrix down;
  private final Matrix up;
  private final float scale;
  private final float[] factors;
  private final Set<Activations.Form> reads;

  /**
   * @param factors f a row, or empty for 1
   */
  public AdaptedMatrix(
      Matrix base, LowRank addition, float[] factors, SegmentAllocator memory, Cores cores) {
    this.base = base;
    this.scale = addition.scale();
    this.factors = factors;
    int rank = addition.rank();
    this.down = pack(addition.down(), rank, addition.columns(), memory, cores);
    this.up = pack(addition.up(), addition.rows(), rank, memory, cores);
    var forms = EnumSet.of(Activations.Form.FLOATS);
    forms.addAll(base.reads());
    this.reads = forms;
  }

  private static Matrix pack(
      float[] values, int rows, int columns, SegmentAllocator memory, Cores cores) {
    return Matrices.pack(
        TensorType.F32,
        rows,
        columns,
        (from, count, target) -> {
          byte[] bytes = new byte[4 * count * columns];
          Quantizer.of(TensorType.F32)
              .encode(values, Math.toIntExact(from) * columns, count * columns, bytes, 0);
          MemorySegment.copy(MemorySegment.ofArray(bytes), 0, target, 0, bytes.length);
        },
        memory,
        cores);
  }

  @Override
  public int rows() {
    return base.rows();
  }

  @Override
  public int columns() {
    return base.columns();
  }

  @Override
  public Set<Activations.Form> reads() {
    return reads;
  }

  @Override
  public int grain() {
    return Math.max(base.grain(), up.grain());
  }

  @Override
  public long bytes() {
    return base.bytes() + down.bytes() + up.bytes();
  }

  @Override
  public void multiply(Activations x, float[] y, int yOffset, int yStride, int from, int to) {
    base.multiply(x, y, yOffset, yStride, from, to);
    Activations low = x.derived(down, this::reduced);
    int count = to - from;
    float[] added = new float[x.tokens() * count];
    up.multiply(low, added, -from, count, from, to);
    for (int t = 0; t < x.tokens(); t++) {
      int at = yOffset + t * yStride + from;
      for (int i = 0; i < count; i++) {
        float sum = y[at + i] + scale * added[t * count + i];
        y[at + i] = factors.length == 0 ? sum : sum * factors[from + i];
      }
    }
  }

  /** A x. */
  private Activations reduced(Activations x) {
    int rank = down.rows();
    float[] low = new float[x.tokens() * rank];
    down.multiply(x, low, 0, rank, 0, rank);
    var result = new Activations();
    result.load(low, 0, rank, x.tokens(), rank, up);
    return result;
  }

  @Override
  public void row(int row, float[] target, int offset) {
    throw new IllegalStateException("an embedding table has no adapter");
  }
}
