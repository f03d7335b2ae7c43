package io.zaohua.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.app.chat.Turn;
import io.zaohua.app.terminal.Console;
import io.zaohua.engine.GenerateOptions;
import io.zaohua.engine.Generation;
import io.zaohua.engine.LanguageModel;
import io.zaohua.engine.sample.Sampler;
import io.zaohua.engine.sample.SamplingOptions;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Goes on from a prompt: the new text on standard output as it comes, everything else beside. */
@CommandLine.Command(
    name = "generate",
    description = "Go on from a prompt; only the new text goes to standard output.")
final class Generate implements Callable<Integer> {
  private final Console console;

  @Mixin private final EngineOptions engine = new EngineOptions();
  @Mixin private final ContextOption context = new ContextOption();
  @Mixin private final SamplingParameters sampling = new SamplingParameters();

  @Option(
      names = {"-n", "--tokens"},
      paramLabel = "N",
      defaultValue = "128",
      description = "New tokens at most, default 128; -1: up to the end of the context.")
  private int tokens;

  @Option(
      names = "--stop",
      paramLabel = "S",
      description = "A text that ends the answer and is not part of it. Can be repeated.")
  private List<String> stop = new ArrayList<>();

  @Option(names = "--ignore-eos", description = "Go on past the model's own end.")
  private boolean ignoreEnd;

  @Option(
      names = "--slide",
      description = "When the context is full, drop its oldest half and go on.")
  private boolean slide;

  @Option(names = "--chat", description = "PROMPT is a question, put through the chat template.")
  private boolean chat;

  @Option(names = "--system", paramLabel = "S", description = "System text, with --chat.")
  private Optional<String> system = Optional.empty();

  @Option(names = "--json", description = "Print one JSON object at the end instead of text.")
  private boolean json;

  @Parameters(
      paramLabel = "PROMPT",
      descriptionKey = "prompt",
      description = "The prompt; - reads standard input.")
  private String prompt = "";

  Generate(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (system.isPresent() && !chat) {
      throw new UserError(
          UserError.Kind.USAGE,
          new Message("--system means something with --chat only.", "--system 仅与 --chat 同用。"),
          new Message("Add --chat.", "请加上 --chat。"));
    }
    String text = console.argumentOrInput(prompt);
    try (LanguageModel model = engine.load(console, context.length())) {
      // Plain completion is greedy unless something random is asked for: the same command, the same
      // text.
      SamplingOptions defaults =
          chat
              ? ChatPrompt.defaults(model)
              : sampling.draws() ? SamplingOptions.defaults() : SamplingOptions.greedy();
      Sampler sampler = Sampler.of(sampling.over(defaults));
      GenerateOptions options =
          GenerateOptions.greedy()
              .withMaxTokens(tokens)
              .withStop(stop)
              .withIgnoreEnd(ignoreEnd)
              .withSlide(slide)
              .withChooser(sampler);
      int[] ids = ids(model, text);
      Generation done = model.generate(ids, options, json ? _ -> {} : console::print);
      if (json) {
        console.println(json(done, sampler.seed()));
      } else {
        console.print("\n");
      }
      tell(done, model);
    }
    return 0;
  }

  private int[] ids(LanguageModel model, String text) {
    if (!chat) {
      return model.tokenizer().encodeOpenPrompt(text, false);
    }
    List<Turn> turns = new ArrayList<>();
    system.ifPresent(s -> turns.add(Turn.system(s)));
    turns.add(Turn.user(text));
    return ChatPrompt.of(model).ids(turns);
  }

  private void tell(Generation done, LanguageModel model) {
    console.note(
        Message.of(
            "[prompt %d tokens in %.2f s; %d new tokens, %.1f tokens/s; %s]",
            "[提示 %d 个词元,%.2f 秒;新词元 %d 个,%.1f 词元/秒;%s]",
            done.prompt(),
            done.promptSeconds(),
            done.ids().size(),
            done.tokensPerSecond(),
            model.memory().message().text()));
    if (done.reason() == Generation.Reason.CONTEXT) {
      console.note(
          Message.of(
              "The context of %d tokens is full: give a larger --ctx, or --slide.",
              "%d 个词元的上下文已满:请增大 --ctx 或使用 --slide。", model.contextLength()));
    }
  }

  private static String json(Generation done, long seed) {
    var root =
        new ObjectMapper()
            .createObjectNode()
            .put("text", done.text())
            .put("reason", done.reason().name().toLowerCase(Locale.ROOT))
            .put("seed", seed)
            .put("promptTokens", done.prompt())
            .put("cachedTokens", done.cached())
            .put("promptSeconds", done.promptSeconds())
            .put("seconds", done.seconds())
            .put("tokensPerSecond", done.tokensPerSecond());
    var ids = root.putArray("ids");
    done.ids().forEach(ids::add);
    return root.toString();
  }
}
