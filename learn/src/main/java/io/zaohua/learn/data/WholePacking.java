package io.zaohua.learn.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Windows of whole documents. Held in memory are 8 bytes a piece and 4 a window; while they are
 * made about 16 more a document and 12 a window.
 */
final class WholePacking implements Packing {
  private static final int NONE = -1;

  private final Documents documents;
  private final int length;
  private final long[] starts; // of pieces, window by window
  private final int[] firsts; // of each window, and the number of pieces
  private final int windows;

  private WholePacking(Documents documents, int length, long[] starts, int[] firsts, int windows) {
    this.documents = documents;
    this.length = length;
    this.starts = starts;
    this.firsts = firsts;
    this.windows = windows;
  }

  static WholePacking of(Documents documents, int length) {
    Bins bins = new Bins(length);
    for (long key : longestFirst(documents)) {
      int document = (int) key;
      long start = documents.start(document);
      for (long left = documents.length(document) - 1; left > 0; ) {
        int taken = (int) Math.min(left, length);
        bins.put(start, taken);
        start += taken;
        left -= taken;
      }
    }
    return bins.packing(documents);
  }

  /** Numbers of documents, in the lower half; equally long ones in their own order. */
  private static long[] longestFirst(Documents documents) {
    long[] keys = new long[documents.count()];
    for (int d = 0; d < keys.length; d++) {
      long length = Math.min(Integer.MAX_VALUE, documents.length(d));
      keys[d] = (Integer.MAX_VALUE - length) << 32 | d;
    }
    Arrays.sort(keys);
    return keys;
  }

  @Override
  public int windows() {
    return windows;
  }

  @Override
  public List<Piece> pieces(int window) {
    List<Piece> pieces = new ArrayList<>();
    for (int p = firsts[window]; p < firsts[window + 1]; p++) {
      long left = documents.start(documents.at(starts[p]) + 1) - 1 - starts[p];
      pieces.add(new Piece(starts[p], (int) Math.min(length, left)));
    }
    return pieces;
  }

  /** Windows being filled: their pieces as lists, and stacks of those with equal room. */
  private static final class Bins {
    private final int length;
    private long[] starts = new long[1024];
    private int[] next = new int[1024]; // the piece after it in its window
    private int pieces;
    private int[] first = new int[256];
    private int[] last = new int[256];
    private int[] below = new int[256]; // the next window with as much room
    private int windows;
    private final int[] top; // by room
    private final BitSet rooms = new BitSet();

    Bins(int length) {
      this.length = length;
      this.top = new int[length + 1];
      Arrays.fill(top, NONE);
    }

    void put(long start, int taken) {
      int room = rooms.nextSetBit(taken);
      int window;
      if (room < 0) {
        window = open();
        room = length;
      } else {
        window = top[room];
        top[room] = below[window];
        rooms.set(room, top[room] != NONE);
      }
      add(window, start);
      if (room > taken) {
        below[window] = top[room - taken];
        top[room - taken] = window;
        rooms.set(room - taken);
      }
    }

    private int open() {
      if (windows == first.length) {
        first = Arrays.copyOf(first, more(windows));
        last = Arrays.copyOf(last, first.length);
        below = Arrays.copyOf(below, first.length);
      }
      first[windows] = NONE;
      return windows++;
    }

    private void add(int window, long start) {
      if (pieces == starts.length) {
        starts = Arrays.copyOf(starts, more(pieces));
        next = Arrays.copyOf(next, starts.length);
      }
      starts[pieces] = start;
      next[pieces] = NONE;
      if (first[window] == NONE) {
        first[window] = pieces;
      } else {
        next[last[window]] = pieces;
      }
      last[window] = pieces++;
    }

    private static int more(int count) {
      return (int) Math.min(Integer.MAX_VALUE - 16, count + (count >> 1) + 16L);
    }

    WholePacking packing(Documents documents) {
      long[] ordered = new long[pieces];
      int[] firsts = new int[windows + 1];
      int at = 0;
      for (int window = 0; window < windows; window++) {
        firsts[window] = at;
        for (int p = first[window]; p != NONE; p = next[p]) {
          ordered[at++] = starts[p];
        }
      }
      firsts[windows] = at;
      return new WholePacking(documents, length, ordered, firsts, windows);
    }
  }
}
