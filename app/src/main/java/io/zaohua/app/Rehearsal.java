package io.zaohua.app;

import io.zaohua.app.terminal.Console;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the JVM sees while the launcher makes its ahead-of-time cache after a build: the usual
 * commands, once, on the embedded model and a tiny checkpoint of the tree.
 */
public final class Rehearsal {
  private Rehearsal() {}

  /** Arguments: {@code plain} or {@code vector} (the commands that compute), and the tree. */
  public static void main(String[] arguments) {
    Path tiny = Path.of(arguments[1], "model/src/test/resources/goldens/llm/llama");
    var nowhere = new PrintStream(OutputStream.nullOutputStream());
    var console = new Console(InputStream.nullInputStream(), nowhere, nowhere, false);
    for (List<String> command : commands(arguments[0], tiny)) {
      Main.run(console, command.toArray(String[]::new));
    }
  }

  private static List<List<String>> commands(String part, Path tiny) {
    List<List<String>> commands = new ArrayList<>();
    if (part.equals("plain")) {
      commands.add(List.of("--help"));
      commands.add(List.of("list"));
      commands.add(List.of("list", "--catalogue"));
      if (Files.isDirectory(tiny)) {
        commands.add(List.of("show", tiny.toString()));
      }
    }
    if (part.equals("vector")) {
      commands.add(List.of("generate", "-n", "16", "五绝 春望"));
    }
    if (part.equals("vector") && Files.isDirectory(tiny)) {
      commands.add(List.of("generate", "-m", tiny.toString(), "-n", "16", "hello"));
      commands.add(
          List.of("bench", "-m", tiny.toString(), "-p", "32", "-n", "16", "--no-cold-start"));
    }
    return commands;
  }
}
