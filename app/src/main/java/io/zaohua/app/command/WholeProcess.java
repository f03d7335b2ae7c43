package io.zaohua.app.command;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Processes as the system sees them: start to end, memory, the processor they run on. */
final class WholeProcess {
  private static final int RUNS = 3;

  private WholeProcess() {}

  /**
   * Seconds of a whole process, launcher included, that writes 16 tokens after a prompt of five:
   * the median of three. Empty where no launcher started this process.
   */
  static OptionalDouble coldStart(String model, Optional<Integer> threads)
      throws IOException, InterruptedException {
    String launcher = System.getProperty("zaohua.launcher", "");
    if (launcher.isEmpty()) {
      return OptionalDouble.empty();
    }
    List<String> command = new ArrayList<>(List.of(launcher, "generate", "-m", model));
    threads.ifPresent(n -> command.addAll(List.of("-t", Integer.toString(n))));
    command.addAll(List.of("--temp", "0", "-n", "16", "The capital of France is"));
    double[] seconds = new double[RUNS];
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      int code =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      seconds[i] = (System.nanoTime() - start) / 1e9;
      if (code != 0) {
        throw new UserError(
            UserError.Kind.INPUT,
            Message.of(
                "generate ended with %d in another process.", "另一进程中的 generate 以 %d 结束。", code),
            new Message("Run generate -m with this model to see why.", "请用该模型运行 generate 查看原因。"));
      }
    }
    Arrays.sort(seconds);
    return OptionalDouble.of(seconds[RUNS / 2]);
  }

  /** The most memory this process has had resident so far, where the system tells (Linux). */
  static OptionalLong peakMemory() throws IOException {
    return field(Path.of("/proc/self/status"), "VmHWM")
        .map(kilobytes -> OptionalLong.of(Long.parseLong(kilobytes.replaceAll("\\D", "")) << 10))
        .orElse(OptionalLong.empty());
  }

  /** The processor's name, or its architecture. */
  static String cpu() throws IOException {
    return field(Path.of("/proc/cpuinfo"), "model name").orElse(System.getProperty("os.arch"));
  }

  private static Optional<String> field(Path file, String name) throws IOException {
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }
}
