package io.zaohua.model.tokenizer;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The pieces by id and the ids by piece. An id may stand for no piece: it then has an empty one.
 */
final class Vocabulary {
  /** How many ids without a piece a vocabulary may have, besides as many as it has pieces. */
  private static final int HOLES = 100_000;

  private final String[] pieces;
  private final Map<String, Integer> ids;

  private Vocabulary(String[] pieces, Map<String, Integer> ids) {
    this.pieces = pieces;
    this.ids = ids;
  }

  /** Pieces in the order of their ids; of equal ones the last keeps the name, as in llama.cpp. */
  static Vocabulary of(List<String> inOrder) {
    String[] pieces = new String[inOrder.size()];
    Map<String, Integer> ids = HashMap.newHashMap(pieces.length);
    for (int id = 0; id < pieces.length; id++) {
      String piece = inOrder.get(id);
      pieces[id] = piece.isEmpty() ? "[EMPTY_" + id + "]" : piece;
      ids.put(pieces[id], id);
    }
    return new Vocabulary(pieces, ids);
  }

  /** Any ids, as tokenizer.json gives them. */
  static Vocabulary of(Map<String, Integer> ids) {
    int size = 0;
    for (var entry : ids.entrySet()) {
      int id = entry.getValue();
      if (id < 0 || id >= 2L * ids.size() + HOLES) {
        throw new UserError(
            UserError.Kind.INPUT,
            Message.of(
                "The token %s has id %d in a vocabulary of %d pieces.",
                "词元 %s 的编号是 %d,而词表只有 %d 项。", entry.getKey(), id, ids.size()),
            TokenizerErrors.REPLACE_FILE);
      }
      size = Math.max(size, id + 1);
    }
    String[] pieces = new String[size];
    java.util.Arrays.fill(pieces, "");
    ids.forEach((piece, id) -> pieces[id] = piece);
    return new Vocabulary(pieces, ids);
  }

  /** One more than the largest id. */
  int size() {
    return pieces.length;
  }

  /** The id of a piece, -1 if there is none. */
  int id(String piece) {
    Integer id = ids.get(piece);
    return id == null ? -1 : id;
  }

  /** The piece of an id, empty where the id has none. */
  String piece(int id) {
    return id >= 0 && id < pieces.length ? pieces[id] : "";
  }

  boolean contains(int id) {
    return id >= 0 && id < pieces.length;
  }

  /** Ids of the byte pieces {@code <0x00>} to {@code <0xFF>}, -1 where there is none. */
  int[] bytePieces() {
    int[] found = new int[256];
    for (int b = 0; b < 256; b++) {
      found[b] = id("<0x%02X>".formatted(b));
    }
    return found;
  }
}
