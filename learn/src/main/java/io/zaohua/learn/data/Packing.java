package io.zaohua.learn.data;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.ArrayList;
import java.util.List;

/** Which pieces of which documents stand in which window. */
interface Packing {

  /**
   * A piece of a document.
   *
   * @param start where its first token stands among all
   * @param length positions; the token past the last is learned too
   */
  record Piece(long start, int length) {}

  /** Number of windows. */
  int windows();

  /** What stands in a window, one after another. */
  List<Piece> pieces(int window);

  /** Documents one after another; windows cut them where they end. Nothing is held in memory. */
  static Packing cut(Documents documents, int length) {
    // Of each document all tokens but the last are positions.
    long positions = documents.tokens() - documents.count();
    return new Cut(documents, length, positions, count(Math.ceilDiv(positions, length)));
  }

  /**
   * Documents whole, the longest first, each into the fullest window that has room (best fit
   * decreasing); only longer ones than a window are cut.
   */
  static Packing whole(Documents documents, int length) {
    return WholePacking.of(documents, length);
  }

  private static int count(long windows) {
    if (windows >= Integer.MAX_VALUE - 8) {
      throw new UserError(
          UserError.Kind.CAPACITY,
          Message.of("The text has %,d windows, which is too many.", "文本有 %,d 个窗口,过多。", windows),
          Message.of(
              "Raise data.length, or train on a part of it.", "请增大 data.length,或只用其中一部分训练。"));
    }
    return (int) windows;
  }

  /**
   * Documents one after another.
   *
   * @param positions of all windows
   */
  record Cut(Documents documents, int length, long positions, int windows) implements Packing {
    @Override
    public List<Piece> pieces(int window) {
      List<Piece> pieces = new ArrayList<>();
      long at = (long) window * length;
      int room = (int) Math.min(length, positions - at);
      int document = documentAt(at);
      while (room > 0) {
        long start = at + document; // each document before it has a token that is no position
        int taken = (int) Math.min(room, documents.start(document + 1) - 1 - start);
        if (taken > 0) {
          pieces.add(new Piece(start, taken));
        }
        at += taken;
        room -= taken;
        document++;
      }
      return pieces;
    }

    /** The document in which a position lies. */
    private int documentAt(long position) {
      int low = 0;
      int high = documents.count() - 1;
      while (low < high) {
        int middle = (low + high + 1) >>> 1;
        if (documents.start(middle) - middle <= position) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      return low;
    }
  }
}
