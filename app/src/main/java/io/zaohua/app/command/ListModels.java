package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.app.terminal.Sizes;
import io.zaohua.app.terminal.Table;
import io.zaohua.model.Message;
import io.zaohua.model.hub.CachedModel;
import io.zaohua.model.hub.CatalogueEntry;
import io.zaohua.model.hub.Hub;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Prints the models of the cache, or those of the catalogue. */
@CommandLine.Command(
    name = "list",
    description = "List the models on this machine: name, size, licence, path.")
final class ListModels implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--catalogue",
      description = "List the models known by a short name instead: name, size, licence.")
  private boolean catalogue;

  ListModels(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Hub hub = Hub.fromEnvironment();
    List<List<String>> rows =
        catalogue
            ? hub.catalogue().entries().stream().map(ListModels::row).toList()
            : hub.list().stream().map(ListModels::row).toList();
    if (rows.isEmpty()) {
      console.note(
          new Message(
              "No model is here yet. Bring one with: zaohua pull smollm2:135m.",
              "还没有模型,可用 zaohua pull smollm2:135m 拉取。"));
    }
    console.print(Table.of(rows));
    return 0;
  }

  private static List<String> row(CatalogueEntry entry) {
    String size = (entry.approximate() ? "~" : "") + Sizes.of(entry.bytes());
    return List.of(entry.name(), size, entry.licence());
  }

  private static List<String> row(CachedModel model) {
    return List.of(
        model.name(),
        Sizes.of(model.bytes()),
        model.licence().orElse("-"),
        model.path().toString());
  }
}
