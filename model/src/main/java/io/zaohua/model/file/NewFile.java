package io.zaohua.model.file;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that appears under its name only when it is complete: written beside it under a name of
 * its own, then renamed. Closed without {@link #finish()}, it leaves nothing behind.
 */
public final class NewFile implements AutoCloseable {
  private static final int PIECE = 1 << 20;

  private final Path target;
  private final Path partial;
  private final FileChannel channel;
  private long position;

  private NewFile(Path target, Path partial, FileChannel channel) {
    this.target = target;
    this.partial = partial;
    this.channel = channel;
  }

  /**
   * Starts a file of known size; parent folders are made.
   *
   * @throws UserError if the disk has no room for it or the folder may not be written
   */
  public static NewFile create(Path target, long size) {
    requireName(target);
    var folder = target.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(target)) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("%s is a folder, a file was expected.", "%s 是文件夹,应为文件。", target),
          Message.of("Name a file.", "请指定文件名。"));
    }
    if ((Files.exists(target) && !Files.isRegularFile(target)) || folder.startsWith("/dev")) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("%s is a pipe or a device, a file was expected.", "%s 是管道或设备,应为文件。", target),
          Message.of("Name a file on a disk.", "请指定磁盘上的文件。"));
    }
    long tag = ThreadLocalRandom.current().nextLong(1L << 40);
    var partial =
        folder.resolve("." + target.getFileName() + "." + Long.toHexString(tag) + ".part");
    try {
      Files.createDirectories(folder);
      long room = Files.getFileStore(folder).getUsableSpace();
      if (room < size) {
        throw noRoom(target, size, room);
      }
      partial.toFile().deleteOnExit(); // Ctrl-C
      var channel =
          FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return new NewFile(target, partial, channel);
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  /**
   * Refuses an output without a name, which would go to the current folder or be hard to find.
   *
   * @throws UserError if it is blank
   */
  public static void requireName(Path target) {
    Path name = target.getFileName();
    if (name != null && name.toString().isBlank()) {
      throw new UserError(
          UserError.Kind.USAGE,
          new Message("The output's name is blank.", "输出的名称是空白。"),
          new Message("Name a file or folder.", "请指定文件或文件夹。"));
    }
  }

  /** A whole file at once. */
  public static void write(Path target, byte[] bytes) {
    try (NewFile file = create(target, bytes.length)) {
      file.write(ByteBuffer.wrap(bytes));
      file.finish();
    }
  }

  /** A whole text at once, UTF-8. */
  public static void write(Path target, String text) {
    write(target, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes written so far. */
  public long position() {
    return position;
  }

  public void write(ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) {
        position += channel.write(bytes);
      }
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  public void write(MemorySegment bytes) {
    for (long at = 0; at < bytes.byteSize(); at += PIECE) {
      var piece = bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at));
      boolean direct = piece.isNative() || piece.heapBase().orElse("") instanceof byte[];
      write(direct ? piece.asByteBuffer() : ByteBuffer.wrap(piece.toArray(ValueLayout.JAVA_BYTE)));
    }
  }

  /** Zeros up to the next multiple of {@code alignment}. */
  public void align(int alignment) {
    long missing = Math.ceilDiv(position, alignment) * alignment - position;
    for (; missing > 0; missing -= PIECE) {
      write(ByteBuffer.allocate((int) Math.min(PIECE, missing)));
    }
  }

  /** Gives the file its name, in place of any older one. */
  public void finish() {
    finish(List.of(this));
  }

  /** Gives all files their names, or none; older files of these names then stay as they were. */
  public static void finish(List<NewFile> files) {
    files.forEach(NewFile::seal);
    var done = new ArrayList<Runnable>();
    for (var file : files) {
      try {
        if (files.size() > 1 && Files.isRegularFile(file.target)) {
          Path older = file.beside();
          Files.move(file.target, older, StandardCopyOption.ATOMIC_MOVE);
          done.add(() -> rename(older, file.target));
        }
        Files.move(file.partial, file.target, StandardCopyOption.ATOMIC_MOVE);
        done.add(() -> rename(file.target, file.partial));
      } catch (IOException e) {
        done.reversed().forEach(Runnable::run);
        throw failed(file.target, e);
      }
    }
    files.forEach(file -> file.beside().toFile().delete());
  }

  /** Where an older file of this name waits until all new ones have their names. */
  private Path beside() {
    return partial.resolveSibling(partial.getFileName() + ".older");
  }

  /** The way back; what stays undone then is left beside under its own name. */
  private static void rename(Path from, Path to) {
    from.toFile().renameTo(to.toFile());
  }

  /** Brings all bytes to the disk; nothing more can be written. */
  public void seal() {
    if (channel.isOpen()) {
      try {
        channel.force(true);
        channel.close();
      } catch (IOException e) {
        throw failed(target, e);
      }
    }
  }

  private static UserError noRoom(Path target, long size, long room) {
    return new UserError(
        UserError.Kind.CAPACITY,
        Message.of(
            "%s needs %d bytes, the disk has %d left.", "%s 需要 %d 字节,磁盘只剩 %d。", target, size, room),
        Message.of("Free space or write to another disk.", "请腾出空间或写到别的磁盘。"));
  }

  private static UserError failed(Path target, IOException cause) {
    String said = String.valueOf(cause.getMessage());
    boolean full = said.contains("No space left") || said.contains("quota exceeded");
    var why =
        switch (cause) {
          case AccessDeniedException _ -> new Message("permission denied", "没有权限");
          case NoSuchFileException _ ->
              new Message("its folder cannot be made or is gone", "其文件夹无法创建或已不存在");
          case FileAlreadyExistsException e ->
              Message.of("%s is a file, not a folder", "%s 是文件而不是文件夹", String.valueOf(e.getFile()));
          default ->
              full
                  ? new Message("the disk is full", "磁盘已满")
                  : said.contains("File too large")
                      ? new Message("the largest file allowed here is smaller", "超出此处允许的文件大小")
                      : Message.of("%s", "%s", reason(cause));
        };
    return new UserError(
        full ? UserError.Kind.CAPACITY : UserError.Kind.IO,
        new Message(
            target + " cannot be written (" + why.english() + ").",
            "无法写入 " + target + "(" + why.chinese() + ")。"),
        Message.of(
            "Check the permissions and the room on the disk; nothing was left behind.",
            "请检查权限和磁盘空间;没有留下任何文件。"),
        cause);
  }

  private static String reason(IOException cause) {
    return cause instanceof FileSystemException e && e.getReason() != null
        ? e.getReason()
        : String.valueOf(
            Optional.ofNullable(cause.getMessage()).orElse(cause.getClass().getName()));
  }

  /**
   * Refuses to write over a file that is being read from.
   *
   * @throws UserError if {@code target} is one of the sources, also through links
   */
  public static void refuseSource(Path target, List<Path> sources) {
    for (Path source : sources) {
      boolean same;
      try {
        same = Files.exists(target) && Files.isSameFile(source, target);
      } catch (IOException _) {
        same = source.toAbsolutePath().normalize().equals(target.toAbsolutePath().normalize());
      }
      if (same) {
        throw new UserError(
            UserError.Kind.USAGE,
            Message.of("%s would overwrite its own source.", "%s 会覆盖它自己的来源。", target),
            Message.of("Name another output.", "请指定另一个输出。"));
      }
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      throw failed(target, e);
    }
  }
}
