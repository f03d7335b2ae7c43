package io.zaohua.engine.kernel;

import io.zaohua.model.adapter.Rescaling;
import java.util.EnumSet;
import java.util.Set;

/**
 * A matrix with factors at run time (IA3): {@code y = f (W x)} with one a row, or {@code y = W (f
 * x)} with one a column. f x is made once for all rows of a product.
 */
public final class RescaledMatrix implements Matrix {
  private final Matrix base;
  private final float[] factors;
  private final boolean input;
  private final Set<Activations.Form> reads;

  public RescaledMatrix(Matrix base, Rescaling rescaling) {
    this.base = base;
    this.factors = rescaling.factors();
    this.input = rescaling.input();
    this.reads = input ? EnumSet.of(Activations.Form.FLOATS) : base.reads();
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
    return base.grain();
  }

  @Override
  public long bytes() {
    return base.bytes();
  }

  @Override
  public void multiply(Activations x, float[] y, int yOffset, int yStride, int from, int to) {
    if (input) {
      base.multiply(x.derived(this, this::scaled), y, yOffset, yStride, from, to);
      return;
    }
    base.multiply(x, y, yOffset, yStride, from, to);
    for (int t = 0; t < x.tokens(); t++) {
      int at = yOffset + t * yStride;
      for (int r = from; r < to; r++) {
        y[at + r] *= factors[r];
      }
    }
  }

  /** f x. */
  private Activations scaled(Activations x) {
    int columns = columns();
    float[] rows = x.rows();
    for (int i = 0; i < rows.length; i++) {
      rows[i] *= factors[i % columns];
    }
    var result = new Activations();
    result.load(rows, 0, columns, x.tokens(), columns, base);
    return result;
  }

  @Override
  public void row(int row, float[] target, int offset) {
    throw new IllegalStateException("an embedding table has no adapter");
  }
}
