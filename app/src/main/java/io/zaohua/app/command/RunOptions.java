package io.zaohua.app.command;

import java.util.Optional;
import picocli.CommandLine.Option;

/** How a model is run: threads, context, cache. */
final class RunOptions {
  @Option(
      names = {"-t", "--threads"},
      paramLabel = "THREADS",
      description = "Threads; default: the physical cores.")
  Optional<Integer> threads = Optional.empty();

  @Option(
      names = "--ctx",
      paramLabel = "N",
      description = "Context in tokens; default: the model's own, as far as memory allows.")
  Optional<Integer> context = Optional.empty();

  @Option(
      names = "--kv-type",
      paramLabel = "TYPE",
      description = "Type of the key-value cache: f32, f16 or q8_0.")
  Optional<String> kvType = Optional.empty();
}
