package io.zaohua.learn.data;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.tensor.Functional;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Documents packed into windows of T positions. A position holds a token and learns the next one of
 * its document; a document's last token is only learned. Windows are shuffled anew each time
 * through, by the seed.
 */
public final class TextWindows implements TrainingData, AutoCloseable {
  private final Documents documents;
  private final Packing packing;
  private final int length;
  private final int rows;
  private final boolean across;
  private final long seed;
  private final boolean shuffled;
  private final List<Message> notes;
  private long epoch = -1;
  private int[] order = {};

  TextWindows(
      Documents documents,
      Settings settings,
      int rows,
      long seed,
      boolean shuffled,
      List<Message> notes) {
    this.documents = documents;
    this.length = settings.length();
    this.across = settings.across();
    this.packing =
        settings.whole() ? Packing.whole(documents, length) : Packing.cut(documents, length);
    this.seed = seed;
    this.shuffled = shuffled;
    this.notes = List.copyOf(notes);
    if (packing.windows() == 0) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("The text has no document of two tokens or more.", "文本中没有两个词元以上的文档。"),
          Message.of("Check the files and the separator.", "请检查文件与分隔符。"));
    }
    this.rows = Math.min(rows, packing.windows());
  }

  /**
   * How documents become windows.
   *
   * @param length positions of a window
   * @param whole whether documents stay whole where they fit
   * @param across whether positions see the other documents of their window
   */
  record Settings(int length, boolean whole, boolean across) {}

  /** Refuses to learn from nothing where all of it is held out. */
  private static void requireSome(Documents kept, Documents held) {
    if (kept.count() == 0 && held.count() > 0) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "All of the data (%,d parts) is held out, and none is left to learn from.",
              "所有数据(%,d 份)都留作评测,没有可供学习的内容。", held.count()),
          Message.of("Lower data.validation, or give more data.", "请减小 data.validation,或给出更多数据。"));
    }
  }

  /** Windows to learn from, and those held out if there are any. */
  record Both(TextWindows training, Optional<TrainingData> held) {}

  /** Packs both; if that fails, their files are closed. */
  static Both both(TokenFolder.Encoded encoded, Settings settings, int rows, long seed) {
    Documents kept = encoded.kept();
    Documents held = encoded.held();
    try {
      requireSome(kept, held);
      return new Both(
          new TextWindows(kept, settings, rows, seed, true, encoded.notes()),
          held.count() == 0
              ? Optional.empty()
              : Optional.of(new TextWindows(held, settings, rows, seed, false, List.of())));
    } catch (RuntimeException | Error e) {
      kept.close();
      held.close();
      throw e;
    }
  }

  @Override
  public long size() {
    return Math.ceilDiv(packing.windows(), rows);
  }

  @Override
  public List<Message> notes() {
    return notes;
  }

  @Override
  public Batch batch(long index) {
    int[] now = order(index / size());
    int from = (int) (index % size()) * rows;
    int count = Math.min(rows, now.length - from);
    long[] ids = new long[count * length];
    long[] targets = new long[count * length];
    long[] segments = new long[count * length];
    Arrays.fill(targets, Functional.IGNORED);
    Arrays.fill(segments, -1);
    boolean parted = false;
    long segment = 0;
    for (int row = 0; row < count; row++) {
      int at = row * length;
      for (Packing.Piece piece : packing.pieces(now[from + row])) {
        int[] codes = documents.codes(piece.start(), piece.length() + 1);
        for (int i = 0; i < piece.length(); i++) {
          ids[at + i] = documents.id(codes[i]);
          if (documents.learned(codes[i + 1])) {
            targets[at + i] = documents.id(codes[i + 1]);
          }
          segments[at + i] = segment;
        }
        parted |= at > row * length;
        at += piece.length();
        segment++;
      }
    }
    return new Batch(
        count, length, ids, targets, parted && !across ? Optional.of(segments) : Optional.empty());
  }

  private int[] order(long wanted) {
    if (epoch != wanted) {
      int count = packing.windows();
      order = shuffled ? Order.ofEpoch(count, seed, wanted) : Order.straight(count);
      epoch = wanted;
    }
    return order;
  }

  @Override
  public void close() {
    documents.close();
  }
}
