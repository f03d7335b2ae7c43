package io.zaohua.model.weights;

/** Which row of the stored tensor is row r of the part. */
public sealed interface RowMap {
  /** Rows of the part. */
  long count();

  /** Row of the stored tensor that is row {@code row} of the part. */
  long source(long row);

  /** {@code count} rows from {@code from} on: fused projections, experts in a stack. */
  record Range(long from, long count) implements RowMap {
    @Override
    public long source(long row) {
      return from + row;
    }
  }

  /**
   * Fused by head (GPT-NeoX: [heads, 3, size]): row (h, i) of the part is row (h, index, i) of the
   * tensor.
   */
  record HeadSlice(int heads, int groups, int index, int size) implements RowMap {
    @Override
    public long count() {
      return (long) heads * size;
    }

    @Override
    public long source(long row) {
      long head = row / size;
      return (head * groups + index) * size + row % size;
    }
  }

  /**
   * GGUF's llama order: within each head the two halves of the rotated pairs are interleaved, so
   * canonical row (half, i) stands at 2 i + half.
   */
  record Interleaved(int heads, int size) implements RowMap {
    @Override
    public long count() {
      return (long) heads * size;
    }

    @Override
    public long source(long row) {
      long head = row / size;
      long within = row % size;
      int half = size / 2;
      return head * size + (within < half ? 2 * within : 2 * (within - half) + 1);
    }
  }
}
