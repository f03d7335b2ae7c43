package io.zaohua.learn.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.learn.chat.Example;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.NewFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** A file of {@link Documents} in the making; closed before it is finished, it leaves nothing. */
final class NewDocuments implements AutoCloseable {
  private static final int BUFFER = 1 << 20;
  private static final int LARGEST = 1 << 16;

  private final NewFile file;
  private final int width;
  private final boolean marks;
  private final CRC32C sum = new CRC32C();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private long[] starts = new long[1 << 10];
  private int count;
  private long tokens;

  /** Where the document that is being written begins; -1 between documents. */
  private long open = -1;

  /**
   * Begins a file.
   *
   * @param vocabulary one more than the largest id
   * @param marks whether some tokens are not learned
   */
  NewDocuments(Path path, int vocabulary, boolean marks) {
    this.marks = marks;
    this.width = (marks ? 2L : 1L) * vocabulary <= LARGEST ? 2 : 4;
    this.file = NewFile.create(path, 0);
  }

  /** Tokens so far. */
  long tokens() {
    return tokens;
  }

  /** Documents so far. */
  int count() {
    return count;
  }

  /** A whole document whose tokens are learned as the example says. */
  void add(Example example) {
    begin();
    for (int i = 0; i < example.length(); i++) {
      put(example.id(i), example.learned(i) || i == 0);
    }
    end();
  }

  /** A whole document, all of it learned. */
  void add(int[] document) {
    begin();
    append(document);
    end();
  }

  void begin() {
    open = tokens;
  }

  /** Ids that follow in the open document, all of them learned. */
  void append(int[] ids) {
    for (int id : ids) {
      put(id, true);
    }
  }

  /** The open document is complete; one without tokens is none. */
  void end() {
    if (tokens > open) {
      if (count == starts.length) {
        starts = Arrays.copyOf(starts, room(count));
      }
      starts[count++] = open;
    }
    open = -1;
  }

  private static int room(int count) {
    if (count >= Integer.MAX_VALUE - 16) {
      throw new UserError(
          UserError.Kind.CAPACITY,
          Message.of("The text has more than %,d documents.", "文本超过 %,d 篇文档。", count),
          Message.of("Train on a part of it.", "请只用其中一部分训练。"));
    }
    return (int) Math.min(Integer.MAX_VALUE - 16, count + (count >> 1) + 16L);
  }

  private void put(int id, boolean learned) {
    if (buffer.remaining() < width) {
      flush();
    }
    int code = marks ? 2 * id + (learned ? 0 : 1) : id;
    if (width == 2) {
      buffer.putShort((short) code);
    } else {
      buffer.putInt(code);
    }
    tokens++;
  }

  private void flush() {
    buffer.flip();
    sum.update(buffer.duplicate());
    file.write(buffer);
    buffer.clear();
  }

  private void write(byte[] bytes) {
    flush();
    sum.update(bytes);
    file.write(ByteBuffer.wrap(bytes));
  }

  /** Completes two files and gives them their names, both or none. */
  static void finish(NewDocuments one, NewDocuments other, ObjectNode facts) {
    one.complete(facts);
    other.complete(facts);
    NewFile.finish(List.of(one.file, other.file));
  }

  private void complete(ObjectNode facts) {
    for (int i = 0; i < count; i++) {
      if (buffer.remaining() < Long.BYTES) {
        flush();
      }
      buffer.putLong(starts[i]);
    }
    byte[] said = facts.toString().getBytes(StandardCharsets.UTF_8);
    write(said);
    var ending =
        new Documents.Ending(tokens, count, said.length, width, marks, (int) sum.getValue());
    file.write(ByteBuffer.wrap(ending.bytes()));
  }

  @Override
  public void close() {
    file.close();
  }
}
