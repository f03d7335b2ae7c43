package io.zaohua.model.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Words as Unigram training reads them: numbers of the characters that become pieces, cut where
 * another character, a line end or a tab stands. Number 0 lies between stretches.
 */
final class SegmentedText {
  /** The share of all characters that the kept ones make up, as in SentencePiece. */
  private static final double COVERAGE = 0.9995;

  /** Longer stretches are cut, so that products of probabilities stay above zero. */
  static final int LONGEST = 32;

  /** At most so many characters are read, the most frequent words first. */
  private static final int MOST = 12 << 20;

  private final List<String> characters;
  private final long[] frequencies;
  private final char[] text;
  private final int[] starts;
  private final long[] times;

  private SegmentedText(
      List<String> characters, long[] frequencies, char[] text, int[] starts, long[] times) {
    this.characters = characters;
    this.frequencies = frequencies;
    this.text = text;
    this.starts = starts;
    this.times = times;
  }

  /**
   * Reads words.
   *
   * @param most how many characters may become pieces
   */
  static SegmentedText of(List<WordCounts.Word> words, int most) {
    Map<Integer, Long> counted = new HashMap<>();
    for (var word : words) {
      word.text().codePoints().forEach(c -> counted.merge(c, word.times(), Long::sum));
    }
    var order = new ArrayList<>(counted.entrySet());
    order.sort(
        Comparator.comparingLong((Map.Entry<Integer, Long> e) -> -e.getValue())
            .thenComparing(Map.Entry::getKey));
    double wanted = COVERAGE * order.stream().mapToLong(Map.Entry::getValue).sum();
    var characters = new ArrayList<>(List.of(""));
    var frequencies = new ArrayList<>(List.of(0L));
    Map<Integer, Integer> numbers = new HashMap<>();
    long covered = 0;
    for (var entry : order) {
      if (covered >= wanted || numbers.size() == Math.min(most, Character.MAX_VALUE)) {
        break;
      }
      covered += entry.getValue();
      numbers.put(entry.getKey(), characters.size());
      characters.add(Character.toString(entry.getKey()));
      frequencies.add(entry.getValue());
    }
    var text = new StringBuilder();
    var starts = new Ids(1 << 16);
    var times = new ArrayList<Long>();
    for (var word : words) {
      if (text.length() > MOST) {
        break;
      }
      int open = 0;
      int[] points = word.text().codePoints().toArray();
      for (int c : points) {
        int number = c < ' ' ? 0 : numbers.getOrDefault(c, 0);
        if (open > 0 && (number == 0 || open == LONGEST)) {
          text.append((char) 0);
          open = 0;
        }
        if (number > 0) {
          if (open++ == 0) {
            starts.add(text.length());
            times.add(word.times());
          }
          text.append((char) number);
        }
      }
      if (open > 0) {
        text.append((char) 0);
      }
    }
    char[] all = new char[text.length()];
    text.getChars(0, all.length, all, 0);
    return new SegmentedText(
        characters,
        frequencies.stream().mapToLong(Long::longValue).toArray(),
        all,
        starts.toArray(),
        times.stream().mapToLong(Long::longValue).toArray());
  }

  /** By number, from 1 on; number 0 is empty. */
  List<String> characters() {
    return characters;
  }

  /** How often a character stands in the corpus, by its number. */
  long frequency(int character) {
    return frequencies[character];
  }

  /** All stretches, each with a 0 behind it. */
  char[] text() {
    return text;
  }

  /** Where a stretch begins. */
  int start(int stretch) {
    return starts[stretch];
  }

  /** How often a stretch stands in the corpus. */
  long times(int stretch) {
    return times[stretch];
  }

  /** Stretches. */
  int size() {
    return starts.length;
  }

  /** Where a stretch ends. */
  int end(int stretch) {
    return (stretch + 1 < starts.length ? starts[stretch + 1] : text.length) - 1;
  }
}
