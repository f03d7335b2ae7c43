package io.zaohua.model.tokenizer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The substrings that Unigram training starts from: those whose frequency times length is highest,
 * of those that no longer one always stands for. Found length by length: a substring can only be
 * frequent if it is so without its first and without its last character, so that each one is a pair
 * of a number and a character.
 */
final class SeedPieces {
  private static final int LONGEST = 16;
  private static final int LEAST = 2;

  /** A substring, where it stands in the text for example, and its frequency. */
  record Seed(int at, int length, long frequency) {
    /** Worst first; of equal ones the later. */
    static final Comparator<Seed> WORST =
        Comparator.comparingLong(Seed::weight)
            .thenComparing(Comparator.comparingInt(Seed::at).reversed())
            .thenComparingInt(Seed::length);

    long weight() {
      return frequency * length;
    }
  }

  private final SegmentedText text;
  private final int most;
  private final PriorityQueue<Seed> best = new PriorityQueue<>(Seed.WORST);

  /** Number of the substring of the current length that begins at each place, 0 for none. */
  private int[] numbers;

  private Level level;

  /** Substrings of one length, by number. */
  private static final class Level {
    private final int[] at;
    private final long[] frequency;
    private final int count;

    private Level(int[] at, long[] frequency, int count) {
      this.at = at;
      this.frequency = frequency;
      this.count = count;
    }
  }

  private SeedPieces(SegmentedText text, int most) {
    this.text = text;
    this.most = most;
    this.numbers = new int[text.text().length + 1];
    for (int i = 0; i < text.text().length; i++) {
      numbers[i] = text.text()[i];
    }
    this.level = new Level(new int[0], new long[0], 0);
  }

  /** The best substrings of two and more characters, at most so many. */
  static List<Seed> of(SegmentedText text, int most) {
    var seeds = new SeedPieces(text, most);
    for (int length = 2; length <= LONGEST && seeds.grow(length); length++) {
      // all is done by grow
    }
    seeds.keep(LONGEST, new boolean[seeds.level.count]);
    return seeds.best.stream().sorted(Seed.WORST.reversed()).toList();
  }

  private boolean grow(int length) {
    char[] all = text.text();
    var counts = new Counts();
    for (int s = 0; s < text.size(); s++) {
      int last = text.end(s) - length;
      for (int at = text.start(s); at <= last; at++) {
        if (numbers[at] != 0 && numbers[at + 1] != 0) {
          counts.add(((long) numbers[at] << 16) | all[at + length - 1], text.times(s), at);
        }
      }
    }
    boolean[] always = new boolean[level.count];
    int[] names = counts.names();
    int kept = 0;
    int[] at = new int[counts.size];
    long[] frequency = new long[counts.size];
    for (int i = 0; i < counts.size; i++) {
      if (counts.frequency[i] >= LEAST) {
        int prefix = numbers[counts.at[i]];
        if (length > 2 && level.frequency[prefix - 1] == counts.frequency[i]) {
          always[prefix - 1] = true;
        }
        at[kept] = counts.at[i];
        frequency[kept++] = counts.frequency[i];
        names[i] = kept;
      }
    }
    keep(length - 1, always);
    int[] next = new int[numbers.length];
    for (int s = 0; s < text.size(); s++) {
      int last = text.end(s) - length;
      for (int p = text.start(s); p <= last; p++) {
        if (numbers[p] != 0 && numbers[p + 1] != 0) {
          next[p] = names[counts.find(((long) numbers[p] << 16) | all[p + length - 1])];
        }
      }
    }
    numbers = next;
    level = new Level(at, frequency, kept);
    return kept > 0;
  }

  /** Offers the substrings of the current length, but for those that a longer one stands for. */
  private void keep(int length, boolean[] always) {
    for (int i = 0; i < level.count; i++) {
      if (!always[i]) {
        best.add(new Seed(level.at[i], length, level.frequency[i]));
        if (best.size() > most) {
          best.remove();
        }
      }
    }
  }

  /** Frequencies by key, numbered in the order of their first place. */
  private static final class Counts {
    private long[] keys = new long[1 << 16];
    private int[] slots = new int[1 << 16];
    private long[] known = new long[1 << 15];
    private long[] frequency = new long[1 << 15];
    private int[] at = new int[1 << 15];
    private int size;

    Counts() {
      Arrays.fill(keys, -1);
    }

    int[] names() {
      return new int[size];
    }

    private int slot(long key) {
      int mask = keys.length - 1;
      int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
      while (keys[slot] != key && keys[slot] != -1) {
        slot = (slot + 1) & mask;
      }
      return slot;
    }

    int find(long key) {
      return slots[slot(key)];
    }

    void add(long key, long times, int place) {
      int slot = slot(key);
      if (keys[slot] == -1) {
        if (size == known.length) {
          known = Arrays.copyOf(known, 2 * size);
          frequency = Arrays.copyOf(frequency, 2 * size);
          at = Arrays.copyOf(at, 2 * size);
          rehash();
          slot = slot(key);
        }
        keys[slot] = key;
        slots[slot] = size;
        known[size] = key;
        at[size++] = place;
      }
      frequency[slots[slot]] += times;
    }

    private void rehash() {
      keys = new long[2 * keys.length];
      slots = new int[keys.length];
      Arrays.fill(keys, -1);
      for (int i = 0; i < size; i++) {
        int slot = slot(known[i]);
        keys[slot] = known[i];
        slots[slot] = i;
      }
    }
  }
}
