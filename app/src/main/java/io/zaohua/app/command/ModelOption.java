package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.app.terminal.PullProgress;
import io.zaohua.app.verse.Poet;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.hub.Hub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code -m MODEL}: a path, or a name that is pulled if it is not here. */
final class ModelOption {
  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      description =
          "A name (hf:owner/name[:file], smollm2:135m, poet), a GGUF file or a Hugging Face folder.")
  private Optional<String> name = Optional.empty();

  /** What the user typed. */
  String name() {
    return name.orElseThrow(
        () ->
            new UserError(
                UserError.Kind.USAGE,
                new Message("No model is named.", "没有指定模型。"),
                new Message("Add -m MODEL.", "请加上 -m 模型。")));
  }

  /** Whether a model was named. */
  boolean given() {
    return name.isPresent();
  }

  /** Takes the embedded model where none is named. */
  void orPoet() {
    name = Optional.of(name.orElse(Poet.NAME));
  }

  /** Where the model lies; pulls it first where it must. */
  Path resolve(Console console) {
    return resolve(console, name());
  }

  static Path resolve(Console console, String name) {
    if (name.equals(Poet.NAME) && !Files.exists(Path.of(name))) {
      return Poet.file();
    }
    Optional<Path> local = Hub.local(name);
    if (local.isPresent()) {
      return local.get();
    }
    try (PullProgress progress = new PullProgress(console)) {
      return Hub.fromEnvironment().resolve(name, progress);
    }
  }
}
