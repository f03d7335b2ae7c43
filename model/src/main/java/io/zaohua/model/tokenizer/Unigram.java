package io.zaohua.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * The most probable split under independent pieces (Kudo 2018), by Viterbi over code points.
 * Neighbouring unknown characters become one unknown token, or byte pieces with byte fallback.
 */
final class Unigram implements TokenModel {
  /** What an unknown character costs more than the least probable piece, as in SentencePiece. */
  private static final double UNKNOWN_PENALTY = 10.0;

  private final Vocabulary vocabulary;
  private final double[] scores;
  private final PieceTrie trie = new PieceTrie();
  private final double unknownScore;
  private final OptionalInt unknown;
  private final int[] bytePieces;

  /**
   * @param scores log-probabilities by id
   * @param matched ids that may be found in text
   * @param lowest the score of the least probable piece
   * @param byteFallback unknown characters become byte pieces where the vocabulary has all of them
   */
  Unigram(
      Vocabulary vocabulary,
      List<Double> scores,
      List<Integer> matched,
      double lowest,
      OptionalInt unknown,
      boolean byteFallback) {
    this.vocabulary = vocabulary;
    this.scores = scores.stream().mapToDouble(Double::doubleValue).toArray();
    this.unknown = unknown;
    this.unknownScore = lowest - UNKNOWN_PENALTY;
    this.bytePieces = byteFallback ? vocabulary.bytePieces() : new int[0];
    for (int id : matched) {
      if (vocabulary.id(vocabulary.piece(id)) == id) {
        trie.put(vocabulary.piece(id), id);
      }
    }
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public void encode(String word, Ids out) {
    int size = word.length();
    double[] best = new double[size + 1];
    int[] from = new int[size + 1];
    int[] ids = new int[size + 1];
    Arrays.fill(from, -1);
    for (int at = 0; at < size; ) {
      int next = at + Character.charCount(word.codePointAt(at));
      boolean single = false;
      int node = PieceTrie.ROOT;
      for (int end = at; end < size; ) {
        node = trie.child(node, word.charAt(end++));
        if (node < 0) {
          break;
        }
        int id = trie.value(node);
        if (id >= 0) {
          single |= end == next;
          improve(best, from, ids, at, end, id, best[at] + scores[id]);
        }
      }
      if (!single) {
        improve(best, from, ids, at, next, -1, best[at] + unknownScore);
      }
      at = next;
    }
    int first = out.size();
    int runEnd = -1;
    for (int end = size; end > 0; end = from[end]) {
      if (ids[end] < 0) {
        runEnd = runEnd < 0 ? end : runEnd;
        if (from[end] == 0 || ids[from[end]] >= 0) {
          addUnknown(word.substring(from[end], runEnd), out);
          runEnd = -1;
        }
      } else {
        out.add(ids[end]);
      }
    }
    out.reverse(first);
  }

  private static void improve(
      double[] best, int[] from, int[] ids, int at, int end, int id, double score) {
    if (from[end] < 0 || score > best[end]) {
      best[end] = score;
      from[end] = at;
      ids[end] = id;
    }
  }

  /** Appends in reverse, since the path is walked backwards. */
  private void addUnknown(String text, Ids out) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    boolean bytes = bytePieces.length > 0;
    for (byte b : utf8) {
      bytes = bytes && bytePieces[b & 0xFF] >= 0;
    }
    if (bytes) {
      for (int i = utf8.length - 1; i >= 0; i--) {
        out.add(bytePieces[utf8[i] & 0xFF]);
      }
    } else if (unknown.isPresent()) {
      out.add(unknown.getAsInt());
    } else {
      throw TokenizerErrors.invalid(
          "\"%s\" is outside the vocabulary, and the tokenizer has no unknown token.",
          "“%s”不在词表中,而该分词器没有未知词元。", text);
    }
  }
}
