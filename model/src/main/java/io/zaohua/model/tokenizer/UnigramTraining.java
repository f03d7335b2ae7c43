package io.zaohua.model.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Learns a Unigram vocabulary (Kudo 2018): from many frequent substrings, expectation maximisation
 * fits a probability to each, and those whose loss costs the text's likelihood least are given up,
 * until few enough are left. Constants and the order of steps are those of SentencePiece's trainer
 * (unigram_model_trainer.cc). The text is worked through in a fixed number of parts whose sums are
 * added in order: the result does not depend on the number of threads.
 */
final class UnigramTraining {
  private static final int PARTS = 8;
  private static final int ROUNDS = 2;
  private static final double SHRINK = 0.75;

  /** Pruning stops at so many times the wanted size; the last cut is by score. */
  private static final double SPARE = 1.1;

  private static final int SEEDS_EACH = 10;
  private static final int FEWEST_SEEDS = 100_000;

  /** Expected less often, a piece is given up. */
  private static final double RARE = 0.5;

  /** A piece as numbers of characters, and its log-probability. */
  private record Piece(String numbers, double score) {}

  /**
   * What was learned, the likeliest first.
   *
   * @param pieces as text
   * @param scores natural logarithms of their probabilities
   */
  record Learned(List<String> pieces, List<Float> scores) {}

  private final SegmentedText text;
  private final long sum;
  private List<Piece> pieces;

  private UnigramTraining(SegmentedText text, int size) {
    this.text = text;
    this.sum = IntStream.range(0, text.size()).mapToLong(text::times).sum();
    var found = new ArrayList<Piece>();
    for (int c = 1; c < text.characters().size(); c++) {
      found.add(new Piece(String.valueOf((char) c), (double) text.frequency(c)));
    }
    for (var seed : SeedPieces.of(text, Math.max(FEWEST_SEEDS, SEEDS_EACH * size))) {
      found.add(
          new Piece(new String(text.text(), seed.at(), seed.length()), (double) seed.weight()));
    }
    double total = found.stream().mapToDouble(Piece::score).sum();
    found.replaceAll(p -> new Piece(p.numbers, Math.log(p.score / total)));
    this.pieces = found;
  }

  /** Learns at most {@code size} pieces. */
  static Learned of(List<WordCounts.Word> words, int size) {
    var training = new UnigramTraining(SegmentedText.of(words, size), size);
    int wanted = (int) (SPARE * size);
    while (true) {
      for (int round = 0; round < ROUNDS; round++) {
        training.fit();
      }
      if (training.pieces.size() <= wanted) {
        return training.finish(size);
      }
      training.prune(wanted);
    }
  }

  private PieceTrie trie() {
    var trie = new PieceTrie();
    for (int i = 0; i < pieces.size(); i++) {
      trie.put(pieces.get(i).numbers, i);
    }
    return trie;
  }

  private static boolean character(Piece piece) {
    return piece.numbers.length() == 1;
  }

  private double[] overText(Pass pass) {
    var trie = trie();
    double[] scores = pieces.stream().mapToDouble(Piece::score).toArray();
    double[][] parts =
        IntStream.range(0, PARTS)
            .parallel()
            .mapToObj(
                part -> {
                  double[] counts = new double[scores.length];
                  int from = (int) ((long) text.size() * part / PARTS);
                  int to = (int) ((long) text.size() * (part + 1) / PARTS);
                  pass.run(new PieceLattice(trie, scores), from, to, counts);
                  return counts;
                })
            .toArray(double[][]::new);
    double[] all = new double[scores.length];
    for (double[] counts : parts) {
      for (int i = 0; i < all.length; i++) {
        all[i] += counts[i];
      }
    }
    return all;
  }

  /** What is done with a part of the text. */
  @FunctionalInterface
  private interface Pass {
    void run(PieceLattice lattice, int from, int to, double[] counts);
  }

  /** One step of expectation maximisation, in the Bayesian form that prefers fewer pieces. */
  private void fit() {
    double[] expected =
        overText(
            (lattice, from, to, counts) -> {
              for (int s = from; s < to; s++) {
                lattice.expect(text.text(), text.start(s), text.end(s), text.times(s), counts);
              }
            });
    double total = 0;
    for (int i = 0; i < expected.length; i++) {
      if (character(pieces.get(i))) {
        expected[i] = Math.max(expected[i], RARE);
      }
      total += expected[i] < RARE ? 0 : expected[i];
    }
    double all = digamma(total);
    var kept = new ArrayList<Piece>();
    for (int i = 0; i < expected.length; i++) {
      if (expected[i] >= RARE) {
        kept.add(new Piece(pieces.get(i).numbers, digamma(expected[i]) - all));
      }
    }
    pieces = kept;
  }

  /** A piece's loss is what the likelihood loses when its next best split stands for it. */
  private void prune(int wanted) {
    double[] times =
        overText(
            (lattice, from, to, counts) -> {
              for (int s = from; s < to; s++) {
                long weight = text.times(s);
                lattice.best(text.text(), text.start(s), text.end(s), id -> counts[id] += weight);
              }
            });
    double all = Arrays.stream(times).sum();
    var lattice = new PieceLattice(trie(), pieces.stream().mapToDouble(Piece::score).toArray());
    double[] loss = new double[times.length];
    for (int i = 0; i < loss.length; i++) {
      loss[i] = loss(i, lattice, times, all);
    }
    int size = Math.max(wanted, (int) (SHRINK * pieces.size()));
    var order =
        IntStream.range(0, loss.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -loss[i]).thenComparing(i -> i))
            .limit(size)
            .filter(i -> loss[i] > Double.NEGATIVE_INFINITY)
            .sorted()
            .toList();
    var kept = new ArrayList<Piece>();
    order.forEach(i -> kept.add(pieces.get(i)));
    pieces = kept;
  }

  private double loss(int id, PieceLattice lattice, double[] times, double all) {
    Piece piece = pieces.get(id);
    if (character(piece)) {
      return Double.POSITIVE_INFINITY;
    }
    if (times[id] == 0) {
      return Double.NEGATIVE_INFINITY;
    }
    var parts = new Ids(8);
    char[] numbers = piece.numbers.toCharArray();
    double other = lattice.bestWithout(id, numbers, parts::add);
    if (other > piece.score) {
      return Double.NEGATIVE_INFINITY;
    }
    double replaced = Math.log(all + times[id] * (parts.size() - 1));
    double logarithms = 0;
    for (int part : parts.toArray()) {
      logarithms += Math.log(times[part] + times[id]) - replaced;
    }
    return times[id] / (double) sum * (Math.log(times[id]) - Math.log(all) - logarithms);
  }

  private Learned finish(int size) {
    var order =
        new ArrayList<>(
            pieces.stream()
                .sorted(
                    Comparator.comparing((Piece p) -> !character(p))
                        .thenComparingDouble(p -> -p.score)
                        .thenComparing(Piece::numbers))
                .limit(size)
                .toList());
    order.sort(Comparator.comparingDouble((Piece p) -> -p.score).thenComparing(Piece::numbers));
    var texts = new ArrayList<String>();
    var scores = new ArrayList<Float>();
    for (Piece piece : order) {
      var spelled = new StringBuilder();
      piece.numbers.chars().forEach(c -> spelled.append(text.characters().get(c)));
      texts.add(spelled.toString());
      scores.add((float) piece.score);
    }
    return new Learned(texts, scores);
  }

  /** The logarithm's mean under a Gamma distribution: recurrence, then the asymptotic series. */
  static double digamma(double x) {
    double shift = 0;
    double at = x;
    for (; at < 7; at++) {
      shift -= 1 / at;
    }
    at -= 0.5;
    double square = 1 / (at * at);
    return shift
        + Math.log(at)
        + square
            * (1.0 / 24 + square * (-7.0 / 960 + square * (31.0 / 8064 - square * 127 / 30720)));
  }
}
