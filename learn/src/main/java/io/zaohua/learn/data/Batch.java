package io.zaohua.learn.data;

import io.zaohua.tensor.Functional;
import java.util.Arrays;
import java.util.Optional;

/** Sequences side by side: what stands at each position, and what follows it. */
public final class Batch {
  private final int rows;
  private final int length;
  private final long[] ids;
  private final long[] targets;
  private final Optional<long[]> segments;

  /**
   * @param ids [rows, length]
   * @param targets [rows, length], {@link Functional#IGNORED} where nothing is learned
   * @param segments [rows, length]; positions see only their own segment; empty: all see all
   */
  public Batch(int rows, int length, long[] ids, long[] targets, Optional<long[]> segments) {
    if (ids.length != rows * length || targets.length != ids.length) {
      throw new IllegalArgumentException(
          rows + " x " + length + " positions, and " + ids.length + " ids.");
    }
    this.rows = rows;
    this.length = length;
    this.ids = ids;
    this.targets = targets;
    this.segments = segments;
  }

  public int rows() {
    return rows;
  }

  public int length() {
    return length;
  }

  public long[] ids() {
    return ids;
  }

  public long[] targets() {
    return targets;
  }

  public Optional<long[]> segments() {
    return segments;
  }

  /** The rows of process {@code rank} of {@code size} that share this batch; maybe none. */
  public Batch share(int rank, int size) {
    int from = (int) ((long) rows * rank / size);
    int to = (int) ((long) rows * (rank + 1) / size);
    return new Batch(
        to - from,
        length,
        Arrays.copyOfRange(ids, from * length, to * length),
        Arrays.copyOfRange(targets, from * length, to * length),
        segments.map(s -> Arrays.copyOfRange(s, from * length, to * length)));
  }

  /** Positions with something to learn. */
  public int learned() {
    int count = 0;
    for (long target : targets) {
      count += target == Functional.IGNORED ? 0 : 1;
    }
    return count;
  }
}
