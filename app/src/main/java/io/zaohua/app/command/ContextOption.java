package io.zaohua.app.command;

import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code --ctx N}, for commands whose context is the user's choice. */
final class ContextOption {
  @Option(
      names = "--ctx",
      paramLabel = "N",
      description = "Context in tokens; default: the model's own, at most 8192.")
  private Optional<Integer> length = Optional.empty();

  Optional<Integer> length() {
    return length;
  }
}
