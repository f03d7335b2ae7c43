package io.zaohua.app.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The real launcher as a user's shell starts it: {@code $Z} is the launcher, {@code $M} the real
 * checkpoint's name, and Ctrl-C works even where the tests run in the background.
 */
record Shell(Path folder) {
  static final String MODEL = "smollm2:135m";

  /** Starts a line of bash in the folder. */
  Process start(String line) throws IOException {
    var builder = new ProcessBuilder("env", "--default-signal=INT,PIPE", "bash", "-c", line);
    builder.directory(folder.toFile());
    builder.environment().put("Z", Path.of(System.getProperty("zaohua.root"), "zaohua").toString());
    builder.environment().put("M", MODEL);
    builder.environment().put("ZAOHUA_LANG", "en");
    builder.redirectInput(ProcessBuilder.Redirect.PIPE);
    builder.redirectOutput(out().toFile());
    builder.redirectError(err().toFile());
    return builder.start();
  }

  /** Runs a line of bash with nothing on standard input. */
  Result run(String line) throws Exception {
    Process process = start(line);
    process.getOutputStream().close();
    return finish(process);
  }

  Result finish(Process process) throws Exception {
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError("it did not end; so far: " + said());
    }
    return new Result(process.exitValue(), Files.readString(out(), StandardCharsets.UTF_8), said());
  }

  /** What stands on standard error but for the JVM's own line on incubator modules. */
  String said() throws IOException {
    List<String> lines = Files.readAllLines(err(), StandardCharsets.UTF_8);
    return String.join("\n", lines.stream().filter(l -> !l.contains("incubator")).toList());
  }

  /**
   * Waits until the file {@code out} holds {@code text} after its first {@code from} characters.
   */
  int await(String text, int from) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (System.nanoTime() < end) {
      String sofar = Files.readString(out(), StandardCharsets.ISO_8859_1);
      int at = sofar.indexOf(text, from);
      if (at >= 0) {
        return at + text.length();
      }
      Thread.sleep(50);
    }
    throw new AssertionError(
        text + " did not come; so far: " + Files.readString(out(), StandardCharsets.ISO_8859_1));
  }

  Path out() {
    return folder.resolve("shell.out");
  }

  private Path err() {
    return folder.resolve("shell.err");
  }

  /** How it ended. */
  record Result(int code, String out, String err) {}
}
