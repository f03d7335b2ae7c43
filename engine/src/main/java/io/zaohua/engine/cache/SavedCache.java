package io.zaohua.engine.cache;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.FileBytes;
import io.zaohua.model.file.NewFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Whole pages of one text on disk, so that a later run need not read it again.
 *
 * <p>Little endian: the magic {@code ZAOHUAKV}, the version, the model's fingerprint (32 bytes),
 * the element type's number in GGUF, the rope length, the number of pages, the number of groups,
 * the bytes of a page of each group (8 bytes each); then the token ids (4 bytes each), then the
 * pages in order, each group by group, then a CRC-32C of all that (4 bytes).
 */
public final class SavedCache {
  private static final byte[] MAGIC = {'Z', 'A', 'O', 'H', 'U', 'A', 'K', 'V'};
  private static final int VERSION = 1;
  private static final int PRINT = 32;
  private static final int CHECKED_PIECE = 1 << 20;

  private final KvPool pool;
  private final int ropeLength;
  private final byte[] fingerprint;

  /**
   * @param ropeLength as of the sequences that use it
   * @param fingerprint 32 bytes that tell the model from others
   */
  public SavedCache(KvPool pool, int ropeLength, byte[] fingerprint) {
    if (fingerprint.length != PRINT) {
      throw new IllegalArgumentException("a fingerprint has 32 bytes");
    }
    this.pool = pool;
    this.ropeLength = ropeLength;
    this.fingerprint = fingerprint.clone();
  }

  /**
   * Writes the finished pages of the longest known prefix of {@code ids}. The file appears whole or
   * not at all.
   *
   * @return tokens kept
   */
  public int save(int[] ids, Path target) {
    List<PrefixIndex.Node> chain = pool.prefixes().find(ids, ropeLength, ids.length);
    int kept = chain.size() * Page.SLOTS;
    try (NewFile file = NewFile.create(target, size(chain.size()))) {
      CRC32C sum = new CRC32C();
      write(file, sum, header(chain.size()));
      ByteBuffer tokens = buffer(4L * kept);
      for (int i = 0; i < kept; i++) {
        tokens.putInt(ids[i]);
      }
      write(file, sum, tokens.flip());
      for (PrefixIndex.Node node : chain) {
        for (int g = 0; g < groups(); g++) {
          ByteBuffer page = buffer(pageBytes(g));
          node.page(g).store(page.slice().order(ByteOrder.LITTLE_ENDIAN));
          write(file, sum, page);
        }
      }
      file.write(buffer(4).putInt((int) sum.getValue()).flip());
      file.finish();
    }
    return kept;
  }

  /**
   * Makes the pages of a file known to the pool, as if the text had just been read.
   *
   * @return tokens that are known now
   * @throws UserError if the file is of another model or other options, cut off or damaged; the
   *     pool is then as before
   */
  public int load(Path source) {
    try (FileBytes file = FileBytes.open(source)) {
      int pages = check(file);
      ByteBuffer tokens = read(file, headerSize(), 4L * pages * Page.SLOTS);
      int[] ids = new int[pages * Page.SLOTS];
      tokens.asIntBuffer().get(ids);
      long bytesOfAll = 0;
      for (int g = 0; g < groups(); g++) {
        bytesOfAll += pageBytes(g);
      }
      try (KvSequence sequence = pool.open(ropeLength)) {
        for (int at = sequence.adopt(ids, ids.length); at < ids.length; at += Page.SLOTS) {
          sequence.reserve(Page.SLOTS);
          long from = headerSize() + 4L * ids.length + at / Page.SLOTS * bytesOfAll;
          for (int g = 0; g < groups(); g++) {
            sequence.page(g, at).load(read(file, from, pageBytes(g)));
            from += pageBytes(g);
          }
          sequence.advance(ids, at, Page.SLOTS);
        }
      }
      return ids.length;
    }
  }

  /** The number of pages in a file that is whole and belongs to this model. */
  private int check(FileBytes file) {
    if (file.size() < headerSize() + 4) {
      throw damaged(file);
    }
    ByteBuffer header = read(file, 0, headerSize());
    byte[] magic = new byte[MAGIC.length];
    header.get(magic);
    if (!Arrays.equals(magic, MAGIC) || header.getInt() != VERSION) {
      throw damaged(file);
    }
    byte[] print = new byte[PRINT];
    header.get(print);
    if (!Arrays.equals(print, fingerprint)) {
      throw other(file, new Message("another model", "另一个模型"));
    }
    int pages = header.getInt(MAGIC.length + 4 + PRINT + 8);
    if (pages < 0 || !header.rewind().equals(header(pages))) {
      throw other(file, new Message("another cache type or context", "另一种缓存类型或上下文长度"));
    }
    if (file.size() != size(pages) || sum(file) != number(file, file.size() - 4)) {
      throw damaged(file);
    }
    return pages;
  }

  private static int sum(FileBytes file) {
    CRC32C sum = new CRC32C();
    long end = file.size() - 4;
    for (long at = 0; at < end; at += CHECKED_PIECE) {
      sum.update(read(file, at, Math.min(CHECKED_PIECE, end - at)));
    }
    return (int) sum.getValue();
  }

  private static int number(FileBytes file, long at) {
    return read(file, at, 4).getInt();
  }

  private ByteBuffer header(int pages) {
    ByteBuffer header = buffer(headerSize());
    header.put(MAGIC).putInt(VERSION).put(fingerprint);
    header.putInt(pool.shape().type().number()).putInt(ropeLength).putInt(pages).putInt(groups());
    for (int g = 0; g < groups(); g++) {
      header.putLong(pageBytes(g));
    }
    return header.flip();
  }

  private int headerSize() {
    return MAGIC.length + 4 + PRINT + 4 * 4 + 8 * groups();
  }

  private long size(long pages) {
    long size = headerSize() + 4 + 4 * pages * Page.SLOTS;
    for (int g = 0; g < groups(); g++) {
      size += pages * pageBytes(g);
    }
    return size;
  }

  private int groups() {
    return pool.shape().groups().size();
  }

  private long pageBytes(int group) {
    return pool.shape().groups().get(group).pageBytes(pool.shape().type());
  }

  private static ByteBuffer buffer(long size) {
    return ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer read(FileBytes file, long from, long size) {
    ByteBuffer bytes = buffer(size);
    file.read(from, MemorySegment.ofBuffer(bytes));
    return bytes;
  }

  private static void write(NewFile file, CRC32C sum, ByteBuffer bytes) {
    sum.update(bytes.duplicate());
    file.write(bytes);
  }

  private static UserError damaged(FileBytes file) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "%s is no whole file of cached keys and values.",
            "%s 不是完整的键值缓存文件。", file.path().getFileName()),
        new Message("The text is read again instead.", "将改为重新读取文本。"));
  }

  private static UserError other(FileBytes file, Message what) {
    return new UserError(
        UserError.Kind.INPUT,
        new Message(
            file.path().getFileName() + " was made with " + what.english() + ".",
            file.path().getFileName() + " 由" + what.chinese() + "生成。"),
        new Message("The text is read again instead.", "将改为重新读取文本。"));
  }
}
