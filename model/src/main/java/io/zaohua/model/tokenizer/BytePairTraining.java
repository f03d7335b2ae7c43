package io.zaohua.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * Learns byte-level BPE (Sennrich et al. 2016): the most frequent pair of neighbours becomes a
 * piece, again and again. Only the words that hold a merged pair are looked at, and pairs wait in a
 * heap whose counts are set right when they come up. Of equally frequent pairs the one with the
 * smaller ids goes first, left before right, as in Hugging Face's trainer; ids are special tokens,
 * then the 256 bytes in the order of their characters, then merges.
 */
final class BytePairTraining {
  /** A pair that stands there only once is no piece. */
  private static final int LEAST = 2;

  private static final int BYTES = 256;

  /** A pair as it waits; its count may be out of date. */
  private record Candidate(long count, long pair, int index) {
    static final Comparator<Candidate> ORDER =
        Comparator.comparingLong((Candidate c) -> -c.count).thenComparingLong(Candidate::pair);
  }

  private final List<String> pieces = new ArrayList<>();
  private final List<String> merges = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final PairPlaces places = new PairPlaces();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>(Candidate.ORDER);
  private int[] symbols = new int[0];
  private int[] starts = new int[0];
  private int[] lengths = new int[0];
  private long[] times = new long[0];

  private BytePairTraining() {}

  /**
   * What was learned.
   *
   * @param pieces special tokens, bytes, merges, by id
   */
  record Learned(List<String> pieces, List<String> merges) {}

  /** Learns until there are {@code size} pieces, or no pair stands there twice. */
  static Learned of(List<WordCounts.Word> words, List<String> special, int size) {
    var training = new BytePairTraining();
    special.forEach(training::piece);
    training.read(words);
    training.merge(size);
    return new Learned(training.pieces, training.merges);
  }

  private int piece(String text) {
    Integer known = ids.putIfAbsent(text, pieces.size());
    if (known != null) {
      return known;
    }
    pieces.add(text);
    return pieces.size() - 1;
  }

  private void read(List<WordCounts.Word> words) {
    int[] byteIds = new int[BYTES];
    IntStream.range(0, BYTES)
        .boxed()
        .sorted(Comparator.comparingInt(ByteAlphabet::character))
        .forEach(b -> byteIds[b] = piece(String.valueOf(ByteAlphabet.character(b))));
    starts = new int[words.size()];
    lengths = new int[words.size()];
    times = new long[words.size()];
    var all = new Ids(1 << 16);
    for (int w = 0; w < words.size(); w++) {
      byte[] utf8 = words.get(w).text().getBytes(StandardCharsets.UTF_8);
      starts[w] = all.size();
      lengths[w] = utf8.length;
      times[w] = words.get(w).times();
      for (byte b : utf8) {
        all.add(byteIds[b & 0xFF]);
      }
    }
    symbols = all.toArray();
    for (int w = 0; w < starts.length; w++) {
      for (int i = starts[w]; i + 1 < starts[w] + lengths[w]; i++) {
        int pair = places.index(PairPlaces.pair(symbols[i], symbols[i + 1]));
        places.more(pair, times[w], w);
      }
    }
    for (int pair = 0; pair < places.size(); pair++) {
      offer(pair);
    }
  }

  private void offer(int pair) {
    if (places.count(pair) >= LEAST) {
      queue.add(new Candidate(places.count(pair), places.pair(pair), pair));
    }
  }

  private void merge(int size) {
    while (pieces.size() < size && !queue.isEmpty()) {
      Candidate best = queue.remove();
      if (best.count != places.count(best.index)) {
        offer(best.index);
        continue;
      }
      int left = (int) (best.pair >>> 32);
      int right = (int) best.pair;
      merges.add(pieces.get(left) + " " + pieces.get(right));
      replace(best.index, left, right, piece(pieces.get(left) + pieces.get(right)));
    }
  }

  private void replace(int index, int left, int right, int both) {
    int count = places.places(index);
    int[] words = places.take(index);
    var grown = new BitSet();
    for (int i = 0; i < count; i++) {
      replaceIn(words[i], left, right, both, grown);
    }
    grown.stream().forEach(this::offer);
  }

  /** Every pair that comes or goes is counted, overlapping ones too. */
  private void replaceIn(int word, int left, int right, int both, BitSet grown) {
    int start = starts[word];
    int end = start + lengths[word];
    int to = start;
    int at = start;
    while (at < end) {
      if (symbols[at] != left || at + 1 == end || symbols[at + 1] != right) {
        symbols[to++] = symbols[at++];
        continue;
      }
      if (to > start) {
        less(symbols[to - 1], left, word);
        more(symbols[to - 1], both, word, grown);
      }
      if (at + 2 < end) {
        less(right, symbols[at + 2], word);
        more(both, symbols[at + 2], word, grown);
      }
      symbols[to++] = both;
      at += 2;
    }
    lengths[word] = to - start;
  }

  private void less(int left, int right, int word) {
    places.less(places.index(PairPlaces.pair(left, right)), times[word]);
  }

  private void more(int left, int right, int word, BitSet grown) {
    int pair = places.index(PairPlaces.pair(left, right));
    places.more(pair, times[word], word);
    grown.set(pair);
  }
}
