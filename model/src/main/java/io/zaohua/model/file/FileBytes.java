package io.zaohua.model.file;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/**
 * A file read by position through its channel, which notices when the file is truncated, written to
 * or replaced meanwhile. Safe for concurrent reads.
 */
public final class FileBytes implements AutoCloseable {
  /** Pieces of this size keep the JDK's hidden copies of heap buffers small. */
  private static final int PIECE = 1 << 20;

  private final Path path;
  private final State opened;
  private volatile FileChannel channel;
  private volatile boolean closed;

  /** What tells one content of a path from another. */
  private record State(long size, FileTime modified, Optional<Object> key) {
    static State of(Path path) throws IOException {
      var now = Files.readAttributes(path, BasicFileAttributes.class);
      return new State(now.size(), now.lastModifiedTime(), Optional.ofNullable(now.fileKey()));
    }

    /** Spelled out: the first use of a record's own equals costs milliseconds at start. */
    boolean same(State other) {
      return size == other.size && modified.equals(other.modified) && key.equals(other.key);
    }
  }

  private FileBytes(Path path, State opened, FileChannel channel) {
    this.path = path;
    this.opened = opened;
    this.channel = channel;
  }

  /**
   * Opens a regular file.
   *
   * @throws UserError if it does not exist, is a folder, or may not be read
   */
  public static FileBytes open(Path path) {
    try {
      checkRegular(path);
      // The state is taken first: a change between the two calls is then noticed at the first read.
      State state = State.of(path);
      return new FileBytes(path, state, FileChannel.open(path, StandardOpenOption.READ));
    } catch (NoSuchFileException e) {
      throw new UserError(
          UserError.Kind.NOT_FOUND,
          Message.of("%s does not exist.", "%s 不存在。", path),
          Message.of("Check the path.", "请检查路径。"),
          e);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /** Opening a pipe would wait for its writer, and devices have no positions to read at. */
  private static void checkRegular(Path path) throws IOException {
    var found = Files.readAttributes(path, BasicFileAttributes.class);
    if (found.isDirectory()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("%s is a folder, a file was expected.", "%s 是文件夹,应为文件。", path),
          Message.of("Name the file inside it.", "请指明其中的文件。"));
    }
    if (!found.isRegularFile()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "%s is a pipe or a device, a file on disk was expected.",
              "%s 是管道或设备,应为磁盘上的文件。", path),
          Message.of("Save the model as a file and name that.", "请将模型存为文件后再指定。"));
    }
  }

  public Path path() {
    return path;
  }

  /** Bytes in the file when it was opened. */
  public long size() {
    return opened.size();
  }

  /**
   * Fills {@code target} with the bytes from {@code position} on.
   *
   * @throws UserError if the file ends before, or is no longer the one that was opened
   */
  public void read(long position, MemorySegment target) {
    boolean direct = target.isNative() || target.heapBase().orElse("") instanceof byte[];
    long length = target.byteSize();
    byte[] copy = new byte[direct ? 0 : (int) Math.min(PIECE, length)];
    try {
      for (long done = 0; done < length; ) {
        int piece = (int) Math.min(PIECE, length - done);
        if (direct) {
          fill(position + done, target.asSlice(done, piece).asByteBuffer());
        } else {
          fill(position + done, ByteBuffer.wrap(copy, 0, piece));
          var from = MemorySegment.ofArray(copy);
          MemorySegment.copy(
              from, ValueLayout.JAVA_BYTE, 0, target, ValueLayout.JAVA_BYTE, done, piece);
        }
        done += piece;
      }
      if (!State.of(path).same(opened)) {
        throw changed();
      }
    } catch (NoSuchFileException e) {
      throw changed();
    } catch (ClosedByInterruptException e) {
      throw new UserError(
          UserError.Kind.INTERRUPTED,
          Message.of("Reading %s was stopped.", "读取 %s 时被中止。", path),
          Message.of("Start again when ready.", "需要时请重新开始。"),
          e);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private void fill(long position, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      FileChannel current = channel;
      try {
        if (current.read(buffer, position + buffer.position()) < 0) {
          throw changed();
        }
      } catch (ClosedByInterruptException e) {
        throw e;
      } catch (ClosedChannelException e) {
        reopen(current, e);
      }
    }
  }

  /** Another thread's interrupt closes the channel for all: those who were not meant go on. */
  private synchronized void reopen(FileChannel dead, ClosedChannelException cause)
      throws IOException {
    if (closed) {
      throw cause;
    }
    if (channel.equals(dead)) {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    }
  }

  /** The error for content that breaks the format; the sentence continues after the file's name. */
  public UserError invalid(String english, String chinese, Object... args) {
    return error(UserError.Kind.INPUT, english, chinese, args);
  }

  /** The error for content that is well-formed and not supported here. */
  public UserError unsupported(String english, String chinese, Object... args) {
    return error(UserError.Kind.UNSUPPORTED, english, chinese, args);
  }

  private UserError error(UserError.Kind kind, String english, String chinese, Object... args) {
    var said = Message.of(english, chinese, args);
    return new UserError(
        kind,
        new Message(path + ": " + said.english() + ".", path + ":" + said.chinese() + "。"),
        kind == UserError.Kind.INPUT
            ? Message.of(
                "The file is damaged or not what its name says: fetch or export it again.",
                "文件已损坏或名不副实:请重新下载或导出。")
            : Message.of("Convert the model to a supported form.", "请把模型转换成受支持的形式。"));
  }

  /** A name out of a file, made fit for one line of a message. */
  public static String shown(String name) {
    int end = name.length() > 80 ? 80 : name.length();
    var line = new StringBuilder("\"");
    name.substring(0, end)
        .codePoints()
        .forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? '?' : c));
    return line.append(end < name.length() ? "…\"" : "\"").toString();
  }

  private UserError changed() {
    return new UserError(
        UserError.Kind.IO,
        Message.of("%s was changed, truncated or removed while in use.", "%s 在使用中被修改、截断或删除。", path),
        Message.of("Load the model again.", "请重新加载模型。"));
  }

  private static UserError unreadable(Path path, IOException cause) {
    return new UserError(
        UserError.Kind.IO,
        Message.of(
            "%s cannot be read (%s).", "无法读取 %s(%s)。", path, cause.getClass().getSimpleName()),
        Message.of("Check the permissions and the disk.", "请检查权限和磁盘。"),
        cause);
  }

  @Override
  public void close() {
    closed = true;
    try {
      channel.close();
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }
}
