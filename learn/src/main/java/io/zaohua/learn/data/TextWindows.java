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
public final class TextWindows implements TrainingData {
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
    for (int row = 0; row < count; row++) {
      int window = now[from + row];
      int at = row * length;
      for (int p = packing.first(window); p < packing.first(window + 1); p++) {
        int start = packing.start(p);
        int taken = packing.length(p);
        for (int i = 0; i < taken; i++) {
          ids[at + i] = documents.id(start + i);
          if (documents.learned(start + i + 1)) {
            targets[at + i] = documents.id(start + i + 1);
          }
          segments[at + i] = p;
        }
        at += taken;
        parted |= p > packing.first(window);
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
}
