package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.app.terminal.PullProgress;
import io.zaohua.model.hub.Hub;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code -m MODEL}: a path, or a name that is pulled if it is not here. */
final class ModelOption {
  @Option(
      names = {"-m", "--model"},
      required = true,
      paramLabel = "MODEL",
      description =
          "A GGUF file, a Hugging Face folder, or a name: smollm2:135m, hf:owner/name[:file].")
  private String name = "";

  /** What the user typed. */
  String name() {
    return name;
  }

  /** Where the model lies; pulls it first where it must. */
  Path resolve(Console console) {
    return resolve(console, name);
  }

  static Path resolve(Console console, String name) {
    try (PullProgress progress = new PullProgress(console)) {
      return Hub.fromEnvironment().resolve(name, progress);
    }
  }
}
