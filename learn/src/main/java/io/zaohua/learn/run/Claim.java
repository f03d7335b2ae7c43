package io.zaohua.learn.run;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * The right to write in a run's folder: one run at a time has it, and only in folders that are
 * empty of other people's files. The system takes it back when the process ends, however it ends.
 */
final class Claim implements AutoCloseable {
  /** Also the mark of a run's folder, from before anything else is written there. */
  private static final String LOCK = ".run.lock";

  /** What a run writes, and would write over. */
  private static final List<String> OURS =
      List.of(
          "model",
          "checkpoints",
          "tokens",
          "tensorboard",
          "recipe.yaml",
          "run.json",
          "data.json",
          "metrics.jsonl",
          "speed.jsonl",
          "samples.jsonl",
          "report.html");

  private final FileChannel channel;

  private Claim(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes a folder, which is made.
   *
   * @throws UserError if another run is at work in it, or it holds files that a run would write
   *     over and that are of no run
   */
  static Claim on(Path folder) throws IOException {
    foreign(folder).ifPresent(name -> refuse(folder, name));
    Files.createDirectories(folder);
    FileChannel channel =
        FileChannel.open(
            folder.resolve(LOCK),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      if (!lock(channel)) {
        throw taken(folder, channel);
      }
      channel.truncate(0);
      String process = Long.toString(ProcessHandle.current().pid());
      channel.write(ByteBuffer.wrap(process.getBytes(StandardCharsets.UTF_8)), 0);
      return new Claim(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean lock(FileChannel channel) {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) { // a run of this very process
      return false;
    } catch (IOException e) { // a file system without locks: there is nothing to ask
      return true;
    }
  }

  private static UserError taken(Path folder, FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(20);
    channel.read(bytes, 0);
    String process = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "Another run is at work in %s (process %s).",
            "另一次训练正在 %s 中进行(进程 %s)。", folder, process.isBlank() ? "?" : process),
        Message.of("Wait for its end, or name another output.", "请等它结束,或换一个 output。"));
  }

  /** The first name that a run would write over and that no run has written. */
  private static Optional<String> foreign(Path folder) throws IOException {
    Path facts = folder.resolve("run.json");
    boolean run =
        Files.exists(folder.resolve(LOCK))
            || (Files.isRegularFile(facts)
                && Files.readString(facts).contains("\"begun_after_step\""));
    return run
        ? Optional.empty()
        : OURS.stream()
            .filter(name -> Files.exists(folder.resolve(name), LinkOption.NOFOLLOW_LINKS))
            .findFirst();
  }

  private static void refuse(Path folder, String name) {
    throw new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "%s is the folder of no run and holds %s, which a run would write over.",
            "%s 不是训练文件夹,其中的 %s 会被训练覆盖。", folder, name),
        Message.of("Name a new folder as output.", "请把 output 设为新的文件夹。"));
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
