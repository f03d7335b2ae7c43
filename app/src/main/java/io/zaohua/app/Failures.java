package io.zaohua.app;

import io.zaohua.app.terminal.Console;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.concurrent.Callable;

/** The one place where a failure becomes a sentence and an exit code. */
final class Failures {
  private Failures() {}

  /** The command's own code, or the code of what it threw. */
  static int guard(Console console, Callable<Integer> command) {
    try {
      return command.call();
    } catch (Exception | Error e) {
      return explain(console, e).number();
    }
  }

  private static ExitCode explain(Console console, Throwable failure) {
    switch (failure) {
      case UserError e -> {
        console.err().println(e.text());
        return codeOf(e.kind());
      }
      case Console.ReaderLeft _ -> {
        return ExitCode.DONE;
      }
      case UncheckedIOException e ->
          console.note(
              sentence(Objects.requireNonNullElseGet(e.getCause(), () -> new IOException(e))));
      case IOException e -> console.note(sentence(e));
      case InterruptedException _ -> {
        return ExitCode.INTERRUPTED;
      }
      case OutOfMemoryError _ ->
          console.note(
              Message.of(
                  "The Java heap of %d MB is full. Give it more with"
                      + " ZAOHUA_JAVA_OPTS=-Xmx8g, or use a smaller model or context (--ctx).",
                  "Java 堆(%d MB)已满。请用 ZAOHUA_JAVA_OPTS=-Xmx8g 增大,或换较小的模型或上下文(--ctx)。",
                  Runtime.getRuntime().maxMemory() >> 20));
      case StackOverflowError _ ->
          console.note(
              new Message(
                  "The input is nested too deeply to be read. Check the file.",
                  "输入嵌套过深,无法读取。请检查该文件。"));
      default -> {
        console.note(
            new Message(
                "Zaohua has met a defect of its own; please report it with these lines.",
                "造化自身出现缺陷,请附上以下内容报告。"));
        failure.printStackTrace(console.err());
      }
    }
    return ExitCode.FAILED;
  }

  private static ExitCode codeOf(UserError.Kind kind) {
    return switch (kind) {
      case USAGE -> ExitCode.USAGE;
      case INTERRUPTED -> ExitCode.INTERRUPTED;
      case INPUT, NOT_FOUND, UNSUPPORTED, CAPACITY, IO -> ExitCode.FAILED;
    };
  }

  private static Message sentence(IOException e) {
    return switch (e) {
      case NoSuchFileException missing ->
          Message.of("There is no file %s. Check the path.", "文件 %s 不存在,请检查路径。", missing.getFile());
      case AccessDeniedException denied ->
          Message.of(
              "%s may not be opened. Check its permissions.", "无权打开 %s,请检查权限。", denied.getFile());
      case FileSystemException broken ->
          Message.of(
              "%s cannot be used: %s. Check the path and its permissions.",
              "无法使用 %s:%s。请检查路径及其权限。",
              String.valueOf(broken.getFile()),
              String.valueOf(broken.getReason()));
      default ->
          Message.of(
              "Reading or writing failed: %s. Check the disk, and where the output goes.",
              "读写失败:%s。请检查磁盘以及输出的去向。", String.valueOf(e.getMessage()));
    };
  }
}
