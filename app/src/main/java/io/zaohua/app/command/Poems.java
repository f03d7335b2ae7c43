package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.learn.verse.VerseData;
import io.zaohua.learn.verse.VerseMeasures;
import io.zaohua.learn.verse.VerseTraining;
import io.zaohua.model.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How poet was made: its data, its training, its held-out figures. */
@CommandLine.Command(
    name = "poems",
    description =
        "Make the embedded model poet again: its training text from the npm package"
            + " chinese-poetry, then the model and its figures.")
final class Poems implements Callable<Integer> {
  private static final long SEED = 20261125;

  private final Console console;

  @Parameters(
      index = "0",
      paramLabel = "DATA",
      descriptionKey = "poems-data",
      description = "The folder of the training text.")
  private Path data = Path.of("");

  @Option(
      names = "--from",
      paramLabel = "PACKAGE",
      description = "Write the training text first, from the unpacked npm package in this folder.")
  private Optional<Path> source = Optional.empty();

  @Option(
      names = "--train",
      paramLabel = "RECIPE",
      description = "Train by this recipe (models/poet/recipe.json) into the folder --model names.")
  private Optional<Path> recipe = Optional.empty();

  @Option(
      names = "--model",
      paramLabel = "FOLDER",
      description = "The trained model: written with --train, else measured beside the baselines.")
  private Optional<Path> model = Optional.empty();

  Poems(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    SamplingParameters.needs("--model", model.isPresent(), "--train", recipe.isPresent());
    if (source.isPresent()) {
      VerseData.prepare(source.get(), data, SEED).forEach(console::println);
    }
    if (model.isPresent()) {
      if (recipe.isPresent()) {
        VerseTraining.run(
            recipe.get(), data, model.get(), line -> console.note(new Message(line, line)));
      }
      console.println(VerseMeasures.bits(model.get(), data).toString());
    }
    return 0;
  }
}
