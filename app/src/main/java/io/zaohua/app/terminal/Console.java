package io.zaohua.app.terminal;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The three standard streams of a command, always UTF-8. Results go to standard output and fail
 * loudly when it cannot take them; notes go to standard error.
 */
public final class Console {
  /** Bytes of standard input as an argument, at most; of the heap, since its ids come on top. */
  private static final long MOST = 1 << 28;

  private static final int SHARE = 16;

  private final InputStream in;
  private final OutputStream out;
  private final PrintStream err;
  private final boolean terminal;

  /**
   * @param terminal whether standard error is a terminal, so that progress may be drawn there
   */
  public Console(InputStream in, OutputStream out, PrintStream err, boolean terminal) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  /** The process's own streams; the launcher says whether standard error is a terminal. */
  public static Console ofProcess() {
    return new Console(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        Boolean.getBoolean("zaohua.terminal"));
  }

  /** Writes a piece of the result and hands it on at once. */
  public void print(String text) {
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      throw endsQuietly(e) ? new ReaderLeft(e) : new UncheckedIOException(e);
    }
  }

  /** Writes one line of the result. */
  public void println(String line) {
    print(line + "\n");
  }

  /** Tells the user something that is not part of the result. */
  public void note(Message message) {
    err.println(message.text());
  }

  /** Standard error, for usage texts and progress bars. */
  public PrintStream err() {
    return err;
  }

  /** Standard input as it is. */
  public InputStream in() {
    return in;
  }

  /** Whether standard error is a terminal. */
  public boolean terminal() {
    return terminal;
  }

  /** The argument itself, or all of standard input where it is {@code -}. */
  public String argumentOrInput(String argument) {
    if (!argument.equals("-")) {
      return argument;
    }
    try {
      int most = (int) Math.min(MOST, Runtime.getRuntime().maxMemory() / SHARE);
      byte[] bytes = in.readNBytes(most + 1); // it may have no end
      if (bytes.length > most) {
        throw new UserError(
            UserError.Kind.CAPACITY,
            Message.of(
                "Standard input has more than %,d bytes, which is all that is read of it.",
                "标准输入超过 %,d 字节,这是读取的上限。", most),
            Message.of("Give a shorter text.", "请给出较短的文本。"));
      }
      return Utf8.decode(bytes, new Message("Standard input", "标准输入"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // The JDK has no type for EPIPE; the text is the operating system's (Linux, macOS, Windows).
  private static boolean endsQuietly(IOException e) {
    String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("broken pipe") || text.contains("pipe is being closed");
  }

  /** Whoever read standard output has closed it: nothing is wrong, and nothing more to say. */
  public static final class ReaderLeft extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    ReaderLeft(IOException cause) {
      super(cause);
    }
  }
}
