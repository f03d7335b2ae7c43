package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.app.terminal.Sizes;
import io.zaohua.model.Message;
import io.zaohua.model.hub.Hub;
import io.zaohua.model.hub.Removal;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes a model from the cache. */
@CommandLine.Command(name = "rm", description = "Delete a model from the cache.")
final class Remove implements Callable<Integer> {
  private final Console console;

  @Parameters(
      paramLabel = "MODEL",
      descriptionKey = "rm-model",
      description = "Its name, as zaohua list shows it.")
  private String model = "";

  @Option(
      names = {"-n", "--dry-run"},
      description = "Only say what would be deleted.")
  private boolean dryRun;

  Remove(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Hub hub = Hub.fromEnvironment();
    Removal removal = hub.planRemoval(model);
    if (!dryRun) {
      hub.remove(removal);
    }
    removal.paths().forEach(path -> console.println(path.toString()));
    String size = Sizes.of(removal.bytes());
    console.note(
        dryRun
            ? Message.of("%s would become free.", "将释放 %s。", size)
            : Message.of("%s became free.", "已释放 %s。", size));
    return 0;
  }
}
