package io.zaohua.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.app.terminal.Console;
import io.zaohua.app.terminal.Sizes;
import io.zaohua.engine.LanguageModel;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures speed, cold start and memory, as llama-bench does for speed. */
@CommandLine.Command(
    name = "bench",
    description =
        "Measure tokens per second: reading a prompt (pp), writing (tg), many sequences a step.")
final class Bench implements Callable<Integer> {
  private static final int MOST_TOKENS = 1 << 28;
  private static final int MOST_RUNS = 1 << 12;

  private final Console console;

  @Mixin private final EngineOptions engine = new EngineOptions();

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "N",
      defaultValue = "512",
      description = "Tokens of the prompt, default 512; 0: not measured.")
  private int prompt;

  @Option(
      names = {"-n", "--new"},
      paramLabel = "N",
      defaultValue = "128",
      description = "New tokens, default 128; 0: not measured.")
  private int fresh;

  @Option(
      names = "--depth",
      paramLabel = "N",
      defaultValue = "0",
      description = "Tokens in the context before the new ones, default 0.")
  private int depth;

  @Option(
      names = {"-r", "--repetitions"},
      paramLabel = "R",
      defaultValue = "5",
      description = "Repetitions after some seconds of warming up, default 5.")
  private int repetitions;

  @Option(
      names = "--batch",
      paramLabel = "B",
      description = "Also B sequences in one step, -n tokens each.")
  private Optional<Integer> batch = Optional.empty();

  @Option(names = "--no-cold-start", description = "Do not start other processes.")
  private boolean warmOnly;

  @Option(names = "--json", descriptionKey = "bench-json", description = "Print JSON.")
  private boolean json;

  Bench(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!within(0, MOST_TOKENS, prompt, fresh, depth)
        || !within(1, MOST_RUNS, repetitions, batch.orElse(1))) {
      throw new UserError(
          UserError.Kind.USAGE,
          new Message("A count is too small or too large to be measured.", "有计数过小或过大,无法测量。"),
          Message.of(
              "Give -p, -n and --depth from 0 to %d, -r and --batch from 1 to %d.",
              "-p、-n、--depth 应为 0 到 %d,-r、--batch 应为 1 到 %d。", MOST_TOKENS, MOST_RUNS));
    }
    OptionalDouble cold =
        warmOnly ? OptionalDouble.empty() : WholeProcess.coldStart(engine.name(), engine.threads());
    int context = Math.max(1, Math.max(prompt, depth + fresh));
    try (LanguageModel model = engine.load(console, Optional.of(context))) {
      Throughput throughput = new Throughput(model, repetitions);
      ObjectNode root = new ObjectMapper().createObjectNode();
      if (prompt > 0) {
        put(root, "pp", throughput.prompt(prompt));
      }
      if (fresh > 0) {
        put(root, "tg", throughput.generation(1, depth, fresh));
      }
      OptionalLong peak = WholeProcess.peakMemory();
      if (batch.isPresent() && fresh > 0) {
        put(root, "batch", throughput.generation(batch.get(), depth, fresh));
      }
      cold.ifPresentOrElse(
          s -> root.put("coldStartSeconds", s), () -> root.putNull("coldStartSeconds"));
      peak.ifPresentOrElse(
          b -> root.put("peakMemoryBytes", b), () -> root.putNull("peakMemoryBytes"));
      root.put("threads", model.threads());
      root.put("cpu", WholeProcess.cpu());
      console.print(json ? root + "\n" : table(root));
    }
    return 0;
  }

  private static boolean within(int least, int most, int... counts) {
    return Arrays.stream(counts).allMatch(count -> count >= least && count <= most);
  }

  private static void put(ObjectNode root, String name, Throughput.Result result) {
    root.putObject(name)
        .put("tokensPerSecond", result.tokensPerSecond())
        .put("stddev", result.deviation());
  }

  private static String table(ObjectNode root) {
    StringBuilder text = new StringBuilder();
    for (String name : new String[] {"pp", "tg", "batch"}) {
      if (root.has(name)) {
        text.append(
            String.format(
                Locale.ROOT,
                "%-6s %10.1f +/- %.1f tokens/s%n",
                name,
                root.path(name).path("tokensPerSecond").asDouble(),
                root.path(name).path("stddev").asDouble()));
      }
    }
    if (!root.path("coldStartSeconds").isNull()) {
      text.append(
          String.format(
              Locale.ROOT,
              "cold start to 16 tokens: %.2f s%n",
              root.path("coldStartSeconds").asDouble()));
    }
    if (!root.path("peakMemoryBytes").isNull()) {
      text.append("peak memory: " + Sizes.of(root.path("peakMemoryBytes").asLong()) + "\n");
    }
    return text.append(
            root.path("threads").asInt() + " threads, " + root.path("cpu").asText() + "\n")
        .toString();
  }
}
