package io.zaohua.learn.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texts that share most of their five-word sequences: MinHash (Broder 1997), sixty-four minima a
 * text, in sixteen bands of four, so that texts half alike are compared with high probability and
 * told apart by their minima. Chinese and Japanese characters count as words.
 */
final class NearDuplicates {
  private static final Pattern WORD =
      Pattern.compile(
          "[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}]|[\\p{L}\\p{N}\\p{M}&&[^\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}]]+");
  private static final int SEQUENCE = 5;
  private static final int MINIMA = 64;
  private static final int BANDS = 16;
  private static final int BAND = MINIMA / BANDS;
  private static final int NONE = -1; // no earlier text

  private final double similarity;
  private final long[] factors = new long[MINIMA];
  private final long[] summands = new long[MINIMA];

  /** For each band, 1 + the last text with these minima; open addressing, at most half full. */
  private final int[][] heads = new int[BANDS][256];

  private int[] minima = new int[MINIMA * 64];
  private int[] next = new int[BANDS * 64]; // the text before with the same minima of a band
  private int[] numbers = new int[64];
  private int count;

  NearDuplicates(double similarity) {
    this.similarity = similarity;
    SplittableRandom random = new SplittableRandom(0x5eed_4a54L);
    Arrays.setAll(factors, _ -> random.nextLong() | 1);
    Arrays.setAll(summands, _ -> random.nextLong());
  }

  /** The number of an earlier text nearly like this one; else this one is kept in mind. */
  Optional<Integer> find(String text, int number) {
    int[] own = minima(text);
    for (int band = 0; band < BANDS; band++) {
      int at = heads[band][slot(own, 0, band)] - 1;
      while (at != NONE) {
        if (alike(own, at)) {
          return Optional.of(numbers[at]);
        }
        at = next[at * BANDS + band];
      }
    }
    add(own, number);
    return Optional.empty();
  }

  private boolean alike(int[] own, int earlier) {
    int same = 0;
    for (int i = 0; i < MINIMA; i++) {
      same += own[i] == minima[earlier * MINIMA + i] ? 1 : 0;
    }
    return same >= similarity * MINIMA;
  }

  private void add(int[] own, int number) {
    if (count == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * count);
      minima = Arrays.copyOf(minima, 2 * minima.length);
      next = Arrays.copyOf(next, 2 * next.length);
    }
    numbers[count] = number;
    System.arraycopy(own, 0, minima, count * MINIMA, MINIMA);
    count++;
    for (int band = 0; band < BANDS; band++) {
      int slot = slot(own, 0, band);
      next[(count - 1) * BANDS + band] = heads[band][slot] - 1;
      heads[band][slot] = count;
      if (2 * count > heads[band].length) {
        grow(band);
      }
    }
  }

  /** Later texts stand before earlier ones, as they came. */
  private void grow(int band) {
    heads[band] = new int[2 * heads[band].length];
    for (int i = 0; i < count; i++) {
      heads[band][slot(minima, i * MINIMA, band)] = i + 1;
    }
  }

  /** Where a text's minima of a band stand in its table, or would. */
  private int slot(int[] of, int from, int band) {
    int[] table = heads[band];
    int at = from + band * BAND;
    int slot = (int) key(of, at) & (table.length - 1);
    while (table[slot] != 0 && !equal(of, at, (table[slot] - 1) * MINIMA + band * BAND)) {
      slot = (slot + 1) & (table.length - 1);
    }
    return slot;
  }

  private boolean equal(int[] of, int at, int earlier) {
    return Arrays.equals(of, at, at + BAND, minima, earlier, earlier + BAND);
  }

  private static long key(int[] minima, int from) {
    long key = 0;
    for (int i = from; i < from + BAND; i++) {
      key = mixed(key * 0x9e3779b97f4a7c15L + minima[i]);
    }
    return key;
  }

  private int[] minima(String text) {
    int[] least = new int[MINIMA];
    Arrays.fill(least, Integer.MAX_VALUE);
    long[] recent = new long[SEQUENCE];
    int words = 0;
    Matcher matcher = WORD.matcher(text.toLowerCase(Locale.ROOT));
    while (matcher.find()) {
      recent[words++ % SEQUENCE] = hash(matcher);
      if (words >= SEQUENCE) {
        take(sequence(recent, words, SEQUENCE), least);
      }
    }
    if (words < SEQUENCE) {
      take(sequence(recent, words, words), least);
    }
    return least;
  }

  private static long hash(Matcher matcher) {
    return mixed(matcher.group().hashCode() + ((long) matcher.end() - matcher.start() << 32));
  }

  private static long sequence(long[] recent, int words, int length) {
    long hash = length;
    for (int i = words - length; i < words; i++) {
      hash = mixed(hash * 31 + recent[i % SEQUENCE]);
    }
    return hash;
  }

  /** The mixing of SplitMix64 (Steele, Lea, Flood 2014). */
  private static long mixed(long z) {
    long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
    return b ^ (b >>> 31);
  }

  private void take(long hash, int[] least) {
    for (int i = 0; i < MINIMA; i++) {
      int value = (int) ((hash * factors[i] + summands[i]) >>> 33);
      least[i] = Math.min(least[i], value);
    }
  }
}
