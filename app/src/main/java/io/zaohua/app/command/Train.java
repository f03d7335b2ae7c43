package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.app.terminal.TrainingProgress;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.learn.run.Training;
import java.nio.file.Path;
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

  Train(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Recipe read = Recipe.read(recipe, overrides);
    try (TrainingProgress progress = new TrainingProgress(console)) {
      console.println(Training.run(read, resume, progress).toString());
    }
    return 0;
  }
}
