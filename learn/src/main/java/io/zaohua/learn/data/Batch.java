package io.zaohua.learn.data;

import io.zaohua.tensor.Functional;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Sequences side by side: what stands at each position, and what follows it. */
public final class Batch {
  /** What a row is in a comparison of answers. */
  public enum Role {
    /** The preferred answer of a pair. */
    CHOSEN,
    /** The other one; as many rows further on. */
    REJECTED,
    /** An answer judged good by itself. */
    LIKED,
    /** An answer judged bad by itself. */
    DISLIKED,
    /** An answer under another one's prompt. */
    MISMATCHED
  }

  private final int rows;
  private final int length;
  private final long[] ids;
  private final long[] targets;
  private final Optional<long[]> segments;
  private final List<Role> roles;
  private final List<Integer> lengths;

  /**
   * @param ids [rows, length]
   * @param targets [rows, length], {@link Functional#IGNORED} where nothing is learned
   * @param segments [rows, length]; positions see only their own segment; empty: all see all
   */
  public Batch(int rows, int length, long[] ids, long[] targets, Optional<long[]> segments) {
    this(rows, length, ids, targets, segments, List.of(), List.of());
  }

  Batch(
      int rows,
      int length,
      long[] ids,
      long[] targets,
      Optional<long[]> segments,
      List<Role> roles,
      List<Integer> lengths) {
    if (ids.length != rows * length || targets.length != ids.length) {
      throw new IllegalArgumentException(
          rows + " x " + length + " positions, and " + ids.length + " ids.");
    }
    this.rows = rows;
    this.length = length;
    this.ids = ids;
    this.targets = targets;
    this.segments = segments;
    this.roles = List.copyOf(roles);
    this.lengths = List.copyOf(lengths);
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

  /**
   * The rows of process {@code rank} of {@code size} that share this batch; maybe none. Rows that
   * belong together stay together.
   */
  public Batch share(int rank, int size) {
    int all = roles.isEmpty() ? rows : rows / 2;
    int from = (int) ((long) all * rank / size);
    int to = (int) ((long) all * (rank + 1) / size);
    Batch first = rows(from, to);
    return roles.isEmpty() ? first : first.and(rows(all + from, all + to));
  }

  private Batch and(Batch other) {
    return new Batch(
        rows + other.rows,
        length,
        LongStream.concat(Arrays.stream(ids), Arrays.stream(other.ids)).toArray(),
        LongStream.concat(Arrays.stream(targets), Arrays.stream(other.targets)).toArray(),
        Optional.empty(),
        Stream.concat(roles.stream(), other.roles.stream()).toList(),
        Stream.concat(lengths.stream(), other.lengths.stream()).toList());
  }

  /** What each row is; empty where rows are texts by themselves. */
  public List<Role> roles() {
    return roles;
  }

  /** Rows of one role. */
  public int count(Role role) {
    return (int) roles.stream().filter(r -> r == role).count();
  }

  /** Tokens of a row of a comparison, without what fills it up. */
  public int length(int row) {
    return lengths.get(row);
  }

  /** Some rows by themselves. */
  public Batch rows(int from, int to) {
    return new Batch(
        to - from,
        length,
        Arrays.copyOfRange(ids, from * length, to * length),
        Arrays.copyOfRange(targets, from * length, to * length),
        segments.map(s -> Arrays.copyOfRange(s, from * length, to * length)),
        roles.isEmpty() ? roles : roles.subList(from, to),
        lengths.isEmpty() ? lengths : lengths.subList(from, to));
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
