package io.zaohua.learn.data;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
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
  private static final int NONE = -1;

  private final double similarity;
  private final long[] factors = new long[MINIMA];
  private final long[] summands = new long[MINIMA];
  private final Map<Long, Integer> heads = new HashMap<>();
  private int[] minima = new int[MINIMA * 64];
  private int[] next = new int[BANDS * 64];
  private long[] numbers = new long[64];
  private int count;

  NearDuplicates(double similarity) {
    this.similarity = similarity;
    SplittableRandom random = new SplittableRandom(0x5eed_4a54L);
    Arrays.setAll(factors, _ -> random.nextLong() | 1);
    Arrays.setAll(summands, _ -> random.nextLong());
  }

  /** The number of an earlier text nearly like this one; else this one is kept in mind. */
  Optional<Long> find(String text, long number) {
    int[] own = minima(text);
    for (int band = 0; band < BANDS; band++) {
      int at = heads.getOrDefault(key(own, band), NONE);
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

  private void add(int[] own, long number) {
    if (count == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * count);
      minima = Arrays.copyOf(minima, 2 * minima.length);
      next = Arrays.copyOf(next, 2 * next.length);
    }
    numbers[count] = number;
    System.arraycopy(own, 0, minima, count * MINIMA, MINIMA);
    for (int band = 0; band < BANDS; band++) {
      Integer before = heads.put(key(own, band), count);
      next[count * BANDS + band] = before == null ? NONE : before;
    }
    count++;
  }

  private static long key(int[] minima, int band) {
    long key = band;
    for (int i = band * BAND; i < (band + 1) * BAND; i++) {
      key = key * 0x9e3779b97f4a7c15L + minima[i];
      key ^= key >>> 29;
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
