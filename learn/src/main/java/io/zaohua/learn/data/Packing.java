package io.zaohua.learn.data;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Which pieces of which documents stand in which window. */
final class Packing {
  private int[] starts = new int[1024];
  private int[] lengths = new int[1024];
  private int pieces;
  private int[] firsts = new int[1024];
  private int windows;

  private Packing() {}

  /** Number of windows. */
  int windows() {
    return windows;
  }

  /** The first piece of a window; of the window past the last, the number of pieces. */
  int first(int window) {
    return window == windows ? pieces : firsts[window];
  }

  /** Where a piece's first token stands among all. */
  int start(int piece) {
    return starts[piece];
  }

  /** Positions of a piece; the token past the last is learned too. */
  int length(int piece) {
    return lengths[piece];
  }

  /** Documents one after another; windows cut them where they end. */
  static Packing cut(Documents documents, int length) {
    Packing packing = new Packing();
    int room = 0;
    for (int d = 0; d < documents.count(); d++) {
      int start = documents.start(d);
      int left = documents.length(d) - 1;
      while (left > 0) {
        if (room == 0) {
          packing.open();
          room = length;
        }
        int taken = Math.min(room, left);
        packing.add(start, taken);
        start += taken;
        left -= taken;
        room -= taken;
      }
    }
    return packing;
  }

  /**
   * Documents whole, the longest first, each into the fullest window that has room (best fit
   * decreasing); only longer ones than a window are cut.
   */
  static Packing whole(Documents documents, int length) {
    int[] order =
        IntStream.range(0, documents.count())
            .boxed()
            .sorted(Comparator.comparingInt((Integer d) -> -documents.length(d)))
            .mapToInt(Integer::intValue)
            .toArray();
    int[][] bins = new int[16][]; // pieces as start, length, start, length ..
    int[] used = new int[16];
    int count = 0;
    NavigableMap<Integer, Deque<Integer>> byRoom = new TreeMap<>();
    for (int d : order) {
      int start = documents.start(d);
      int left = documents.length(d) - 1;
      while (left > 0) {
        int taken = Math.min(left, length);
        var fit = byRoom.ceilingEntry(taken);
        int bin;
        int room;
        if (fit == null) {
          bin = count++;
          room = length;
          if (bin == bins.length) {
            bins = Arrays.copyOf(bins, 2 * bin);
            used = Arrays.copyOf(used, 2 * bin);
          }
          bins[bin] = new int[4];
        } else {
          room = fit.getKey();
          bin = fit.getValue().pop();
          if (fit.getValue().isEmpty()) {
            byRoom.remove(room);
          }
        }
        if (used[bin] + 2 > bins[bin].length) {
          bins[bin] = Arrays.copyOf(bins[bin], 2 * bins[bin].length);
        }
        bins[bin][used[bin]++] = start;
        bins[bin][used[bin]++] = taken;
        if (room > taken) {
          byRoom.computeIfAbsent(room - taken, _ -> new ArrayDeque<>()).push(bin);
        }
        start += taken;
        left -= taken;
      }
    }
    Packing packing = new Packing();
    for (int bin = 0; bin < count; bin++) {
      packing.open();
      for (int i = 0; i < used[bin]; i += 2) {
        packing.add(bins[bin][i], bins[bin][i + 1]);
      }
    }
    return packing;
  }

  private void open() {
    if (firsts.length == windows) {
      firsts = Arrays.copyOf(firsts, 2 * windows);
    }
    firsts[windows++] = pieces;
  }

  private void add(int start, int length) {
    if (starts.length == pieces) {
      starts = Arrays.copyOf(starts, 2 * pieces);
      lengths = Arrays.copyOf(lengths, 2 * pieces);
    }
    starts[pieces] = start;
    lengths[pieces++] = length;
  }
}
