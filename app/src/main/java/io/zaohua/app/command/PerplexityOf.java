package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.app.terminal.Utf8;
import io.zaohua.engine.Divergence;
import io.zaohua.engine.LanguageModel;
import io.zaohua.engine.Perplexity;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints how well a model predicts a text, or how far it is from what llama.cpp recorded. */
@CommandLine.Command(
    name = "perplexity",
    description =
        "Print how well a model predicts a text, by llama.cpp's procedure: PPL = value +/- error.")
final class PerplexityOf implements Callable<Integer> {
  private static final int WINDOW = 512;

  private final Console console;

  @Mixin private final EngineOptions engine = new EngineOptions();

  @Option(
      names = {"-f", "--file"},
      paramLabel = "TEXT",
      description = "The text, UTF-8.")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--kl-divergence-base",
      paramLabel = "FILE",
      description =
          "In place of a text: compare with the distributions that llama-perplexity recorded under"
              + " this option.")
  private Optional<Path> base = Optional.empty();

  @Option(
      names = "--ctx",
      paramLabel = "N",
      descriptionKey = "window",
      description = "Tokens of a window, default 512.")
  private Optional<Integer> context = Optional.empty();

  PerplexityOf(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (file.isPresent() == base.isPresent()) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "Either a text or a recording is scored, and %s is given.",
              "只能对文本或记录之一评分,而现在%s。",
              file.isPresent()
                  ? new Message("both", "两者都给出了").text()
                  : new Message("neither", "两者都未给出").text()),
          new Message(
              "Give -f TEXT or --kl-divergence-base FILE.",
              "请给出 -f TEXT 或 --kl-divergence-base FILE。"));
    }
    SamplingParameters.needs("--file", file.isPresent(), "--ctx", context.isPresent());
    file.ifPresent(this::score);
    base.ifPresent(this::compare);
    return 0;
  }

  private void score(Path text) {
    String content = Utf8.read(text);
    int window = context.orElse(WINDOW);
    try (LanguageModel model = engine.load(console, Optional.of(window))) {
      Perplexity result =
          Perplexity.of(
              model,
              content,
              window,
              sofar ->
                  console.note(Message.of("%d: %.4f", "%d:%.4f", sofar.tokens(), sofar.value())));
      console.println(line(result));
    }
  }

  private void compare(Path recording) {
    int window = Divergence.context(recording);
    try (LanguageModel model = engine.load(console, Optional.of(window))) {
      Divergence found = Divergence.of(model, recording);
      console.println(line(found.perplexity()));
      console.println(
          String.format(
              Locale.ROOT,
              "base PPL = %.4f%nmean KL = %.6f%nmaximum KL = %.6f%nsame top = %.3f %%%ntokens = %d",
              found.basePerplexity(),
              found.mean(),
              found.maximum(),
              100 * found.sameTop(),
              found.positions()));
    }
  }

  private static String line(Perplexity result) {
    return String.format(Locale.ROOT, "PPL = %.4f +/- %.5f", result.value(), result.error());
  }
}
