package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.app.terminal.PullProgress;
import io.zaohua.model.hub.Hub;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Brings a model to this machine and prints where it is. */
@CommandLine.Command(name = "pull", description = "Bring a model here and print its path.")
final class Pull implements Callable<Integer> {
  private final Console console;

  @Parameters(
      paramLabel = "MODEL",
      descriptionKey = "pull-model",
      description =
          "A catalogue name (smollm2:135m), hf:owner/name[@revision][:file], or the same with"
              + " modelscope: before it.")
  private String model = "";

  Pull(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (PullProgress progress = new PullProgress(console)) {
      console.println(Hub.fromEnvironment().pull(model, progress).toString());
    }
    return 0;
  }
}
