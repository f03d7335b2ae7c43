package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.app.verse.PoetFigures;
import io.zaohua.engine.LanguageModel;
import io.zaohua.learn.verse.VerseData;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What poet was trained on, and its held-out figures. */
@CommandLine.Command(
    name = "poems",
    description =
        "The training text of the embedded model poet, from the npm package chinese-poetry, and"
            + " the model's figures beside it.")
final class Poems implements Callable<Integer> {
  private static final long SEED = 20261125;

  private final Console console;

  @Mixin private final EngineOptions engine = new EngineOptions();

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
      names = "--measure",
      description =
          "Measure the model: held-out bits a character beside a 5-gram and xz, and what 200"
              + " generated quatrains are like.")
  private boolean measure;

  Poems(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (source.isEmpty() && !measure) {
      throw new UserError(
          UserError.Kind.USAGE,
          new Message(
              "Neither --from nor --measure is given: nothing is to be done.",
              "没有给出 --from 或 --measure:无事可做。"),
          new Message("See zaohua poems --help.", "请看 zaohua poems --help。"));
    }
    if (source.isPresent()) {
      VerseData.prepare(source.get(), data, SEED).forEach(console::println);
    }
    if (measure) {
      engine.orPoet();
      try (LanguageModel model = engine.load(console, Optional.empty())) {
        console.println(PoetFigures.bits(model, data).toString());
        console.println(PoetFigures.quatrains(model, data).toString());
      }
    }
    return 0;
  }
}
