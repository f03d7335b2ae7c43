package io.zaohua.app.command;

import io.zaohua.app.ExitCode;
import io.zaohua.app.terminal.Console;
import io.zaohua.app.terminal.TrainingProgress;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.learn.run.Training;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a training recipe; prints the folder of the trained model. */
@CommandLine.Command(
    name = "train",
    description =
        "Train a model as a recipe says and print the folder it is in. The first time, libtorch is"
            + " fetched (290 MB).")
final class Train implements Callable<Integer> {
  private final Console console;

  @Parameters(
      index = "0",
      paramLabel = "RECIPE",
      descriptionKey = "train-recipe",
      description = "A YAML file; docs/guide/train.md explains its keys.")
  private Path recipe = Path.of("");

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Another value for a key, such as optimizer.lr=0.001; may be repeated.")
  private List<String> overrides = List.of();

  @Option(
      names = "--resume",
      description = "Go on from the last checkpoint in the recipe's output, bit for bit.")
  private boolean resume;

  @Option(
      names = "--processes",
      paramLabel = "N",
      description =
          "Train with N processes on this machine, which share its cores and every batch; the"
              + " result is the same. docs/guide/cluster.md tells of several machines.")
  private int processes = 1;

  Train(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Recipe read = Recipe.read(recipe, overrides);
    if (processes != 1) {
      return LocalProcesses.of(processes, console).run(arguments(), read.output());
    }
    LocalProcesses.endWithParent(console);
    boolean first = LocalProcesses.isFirst();
    try (TrainingProgress progress = new TrainingProgress(console);
        Farewell farewell =
            new Farewell(
                console, read.output(), first && !LocalProcesses.isChild(), progress::close)) {
      return run(read, progress, first, farewell);
    }
  }

  private int run(Recipe read, TrainingProgress progress, boolean first, Farewell farewell) {
    try {
      Path model = Training.run(read, resume, progress);
      if (first) {
        console.println(model.toString());
      }
      return 0;
    } catch (RuntimeException e) {
      if (farewell.begun()) {
        return ExitCode.INTERRUPTED.number();
      }
      throw e;
    }
  }

  /** This command's line without --processes. */
  private List<String> arguments() {
    List<String> line = new ArrayList<>(List.of("train", recipe.toString()));
    overrides.forEach(override -> line.addAll(List.of("--set", override)));
    if (resume) {
      line.add("--resume");
    }
    return line;
  }
}
