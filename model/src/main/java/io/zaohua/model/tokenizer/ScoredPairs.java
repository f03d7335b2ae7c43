package io.zaohua.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * SentencePiece's BPE as GGUF stores it (kind {@code llama}): of all neighbours whose joined text
 * is a piece, the one with the highest score merges first; what is no piece becomes byte pieces.
 */
final class ScoredPairs implements TokenModel {
  private final Vocabulary vocabulary;
  private final int[] ranks;
  private final int[] bytePieces;
  private final OptionalInt unknown;
  private final boolean cutsAtSpaceMark;

  ScoredPairs(Vocabulary vocabulary, List<Float> scores, OptionalInt unknown) {
    this.vocabulary = vocabulary;
    this.unknown = unknown;
    this.bytePieces = vocabulary.bytePieces();
    this.ranks = ranks(scores, vocabulary.size());
    boolean crosses = false;
    for (int id = 0; id < vocabulary.size() && !crosses; id++) {
      String piece = vocabulary.piece(id);
      for (int i = piece.indexOf('▁', 1); i > 0 && !crosses; i = piece.indexOf('▁', i + 1)) {
        crosses = piece.charAt(i - 1) != '▁';
      }
    }
    this.cutsAtSpaceMark = !crosses;
  }

  /** The place of each score among the different ones, highest first; missing scores are 0. */
  private static int[] ranks(List<Float> scores, int size) {
    float[] given = new float[size];
    for (int i = 0; i < Math.min(size, scores.size()); i++) {
      given[i] = Float.isNaN(scores.get(i)) ? Float.NEGATIVE_INFINITY : scores.get(i) + 0f;
    }
    float[] sorted = given.clone();
    Arrays.sort(sorted);
    int[] ranks = new int[size];
    for (int i = 0; i < size; i++) {
      int at = Arrays.binarySearch(sorted, given[i]);
      while (at + 1 < size && at >= 0 && sorted[at + 1] == given[i]) {
        at++;
      }
      ranks[i] = size - 1 - at;
    }
    return ranks;
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Whether no piece has a space mark after other text, so that words may be cut before it. */
  boolean cutsAtSpaceMark() {
    return cutsAtSpaceMark;
  }

  @Override
  public void encode(String word, Ids out) {
    int[] ids = new int[word.length()];
    int[] starts = new int[word.length() + 1];
    int count = 0;
    for (int at = 0; at < word.length(); ) {
      int end = at + Character.charCount(word.codePointAt(at));
      ids[count] = vocabulary.id(word.substring(at, end));
      starts[count++] = at;
      at = end;
    }
    starts[count] = word.length();
    count =
        MergeQueue.merge(
            ids,
            starts,
            count,
            (_, _, start, end) -> {
              int id = vocabulary.id(word.substring(start, end));
              return id < 0 ? -1 : ((long) ranks[id] << 32) | id;
            });
    for (int i = 0; i < count; i++) {
      if (ids[i] >= 0) {
        out.add(ids[i]);
      } else {
        addBytes(word.substring(starts[i], starts[i + 1]), out);
      }
    }
  }

  private void addBytes(String text, Ids out) {
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      int id = bytePieces[b & 0xFF];
      if (id >= 0) {
        out.add(id);
      } else if (unknown.isPresent()) {
        out.add(unknown.getAsInt());
      }
    }
  }
}
