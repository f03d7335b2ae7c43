package io.zaohua.engine.step;

import io.zaohua.engine.cache.KvSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What one step runs: new rows of one or many sequences. */
public final class Step {

  /** The new rows of a sequence. */
  public sealed interface Rows {
    int count();

    /** Token ids. */
    record Tokens(List<Integer> ids) implements Rows {
      /** Ids {@code from .. from + count} of an array. */
      public static Tokens of(int[] ids, int from, int count) {
        return new Tokens(Arrays.stream(ids, from, from + count).boxed().toList());
      }

      @Override
      public int count() {
        return ids.size();
      }
    }

    /** Ready hidden states [count, width], such as those of an image encoder. */
    final class Embeddings implements Rows {
      private final float[] values;
      private final int count;

      public Embeddings(float[] values, int count) {
        if (count <= 0 || values.length % count != 0) {
          throw new IllegalArgumentException(values.length + " values are no " + count + " rows");
        }
        this.values = values;
        this.count = count;
      }

      @Override
      public int count() {
        return count;
      }

      float[] values() {
        return values;
      }
    }
  }

  /** Which cached positions a row sees. */
  public sealed interface Mask {
    /** Itself and what came before. */
    record Causal() implements Mask {}

    /** All positions of the sequence, those of this step included. */
    record Full() implements Mask {}

    /** Causal, but rows of one span see the whole span (the tokens of an image). */
    record Spans(List<Span> spans) implements Mask {}

    /** Rows {@code from .. to} (exclusive) of the entry. */
    record Span(int from, int to) {}

    /**
     * One past the last position that row {@code row} sees, when its entry starts at {@code at}.
     */
    default int until(int at, int row, int count) {
      return switch (this) {
        case Causal() -> at + row + 1;
        case Full() -> at + count;
        case Spans(var spans) -> {
          int end = row + 1;
          for (Span s : spans) {
            if (row >= s.from() && row < s.to()) {
              end = Math.max(end, s.to());
            }
          }
          yield at + Math.min(end, count);
        }
      };
    }
  }

  /** Which rows of an entry are asked for. */
  @FunctionalInterface
  public interface Wanted {
    Wanted NONE = (_, _) -> false;
    Wanted LAST = (row, count) -> row == count - 1;
    Wanted ALL = (_, _) -> true;

    boolean row(int row, int count);
  }

  /**
   * One sequence's part of the step.
   *
   * @param positions rotary positions [count, axes], flattened; one axis counts for all that a rope
   *     has; empty for the cache's own numbering
   * @param logits rows whose logits are asked for
   * @param hidden rows whose last hidden states (after the final norm) are asked for
   */
  public record Entry(
      KvSequence sequence,
      Rows rows,
      List<Integer> positions,
      Mask mask,
      Wanted logits,
      Wanted hidden) {
    public Entry {
      if (rows.count() == 0) {
        throw new IllegalArgumentException("an entry has no rows");
      }
      if (!positions.isEmpty() && positions.size() % rows.count() != 0) {
        throw new IllegalArgumentException(
            positions.size() + " positions for " + rows.count() + " rows");
      }
      for (int position : positions) {
        if (position < 0) {
          throw new IllegalArgumentException("a position is " + position);
        }
      }
    }
  }

  /** Receives results row by row. The array is the executor's own: copy what is kept. */
  public interface Output {
    /** Logits of row {@code row} of entry {@code entry}: {@code values[offset .. + vocabulary]}. */
    void logits(int entry, int row, float[] values, int offset);

    /** Hidden state of a row: {@code values[offset .. + width]}. */
    default void hidden(int entry, int row, float[] values, int offset) {}
  }

  private final List<Entry> entries = new ArrayList<>();
  private int rows;

  /** Adds tokens of a sequence, causal, in the cache's own numbering. */
  public Step add(KvSequence sequence, int[] ids, int from, int count, Wanted logits) {
    Rows tokens = Rows.Tokens.of(ids, from, count);
    return add(new Entry(sequence, tokens, List.of(), new Mask.Causal(), logits, Wanted.NONE));
  }

  /** Adds an entry; each sequence may occur once. */
  public Step add(Entry entry) {
    for (Entry other : entries) {
      if (other.sequence() == entry.sequence()) {
        throw new IllegalArgumentException("a sequence occurs twice in one step");
      }
    }
    entries.add(entry);
    rows += entry.rows().count();
    return this;
  }

  public List<Entry> entries() {
    return entries;
  }

  /** Rows of all entries. */
  public int rows() {
    return rows;
  }
}
