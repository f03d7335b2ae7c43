package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.app.terminal.Utf8;
import io.zaohua.engine.LanguageModel;
import io.zaohua.engine.Perplexity;
import io.zaohua.model.Message;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints how well a model predicts a text. */
@CommandLine.Command(
    name = "perplexity",
    description =
        "Print how well a model predicts a text, by llama.cpp's procedure: PPL = value +/- error.")
final class PerplexityOf implements Callable<Integer> {
  private final Console console;

  @Mixin private final EngineOptions engine = new EngineOptions();

  @Option(
      names = {"-f", "--file"},
      paramLabel = "TEXT",
      required = true,
      description = "The text, UTF-8.")
  private Path file = Path.of("");

  @Option(
      names = "--ctx",
      paramLabel = "N",
      defaultValue = "512",
      descriptionKey = "window",
      description = "Tokens of a window, default 512.")
  private int context;

  PerplexityOf(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    String text = Utf8.read(file);
    try (LanguageModel model = engine.load(console, Optional.of(context))) {
      Perplexity result =
          Perplexity.of(
              model,
              text,
              context,
              sofar ->
                  console.note(Message.of("%d: %.4f", "%d:%.4f", sofar.tokens(), sofar.value())));
      console.println(
          String.format(Locale.ROOT, "PPL = %.4f +/- %.5f", result.value(), result.error()));
    }
    return 0;
  }
}
