package io.zaohua.app;

import io.zaohua.app.command.Commands;
import io.zaohua.app.terminal.Console;

/** The process: standard streams in, exit code out. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    int code = run(Console.ofProcess(), arguments);
    // The default handler of Ctrl-C ends the JVM with 130 by itself.
    System.exit(code);
  }

  /** Runs one command against the given streams and gives its exit code; never throws. */
  public static int run(Console console, String... arguments) {
    return Failures.guard(console, () -> CommandLines.execute(console, Commands.all(), arguments));
  }
}
