package io.zaohua.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.app.terminal.Console;
import io.zaohua.app.verse.Poet;
import io.zaohua.engine.ChatPrompt;
import io.zaohua.engine.GenerateOptions;
import io.zaohua.engine.Generation;
import io.zaohua.engine.LanguageModel;
import io.zaohua.engine.sample.LogProbs;
import io.zaohua.engine.sample.Sampler;
import io.zaohua.engine.sample.SamplingOptions;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.chat.ChatMessage;
import io.zaohua.model.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
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

  @Option(
      names = "--logprobs",
      paramLabel = "N",
      description =
          "With --json: each token's log-probability and those of the N likeliest beside it.")
  private Optional<Integer> logProbs = Optional.empty();

  @Option(
      names = "--beams",
      paramLabel = "N",
      defaultValue = "1",
      description = "Search the likeliest text with N beams; 1, the default: no search.")
  private int beams;

  @Option(
      names = "--length-penalty",
      paramLabel = "X",
      defaultValue = "1",
      description = "With --beams: above 0 favours longer texts, below 0 shorter ones; default 1.")
  private double lengthPenalty;

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
    sampling.check();
    SamplingParameters.needs("--chat", chat, "--system", system.isPresent());
    SamplingParameters.needs("--json", json, "--logprobs", logProbs.isPresent());
    GenerateOptions options = SamplingParameters.asUsage(this::options);
    String text = console.argumentOrInput(prompt);
    engine.orPoet();
    try (LanguageModel model = engine.load(console, context.length())) {
      sampling.checkFits(model);
      // Plain completion is greedy unless something random is asked for: the same command, the same
      // text.
      Optional<Poet> poet =
          !chat && Poet.is(model.tokenizer())
              ? Optional.of(Poet.asked(model.tokenizer(), text))
              : Optional.empty();
      SamplingOptions defaults =
          poet.isPresent()
              ? Poet.sampling()
              : chat
                  ? SamplingParameters.recommended(console, model)
                  : sampling.draws() ? SamplingOptions.defaults() : SamplingOptions.greedy();
      Sampler sampler = Sampler.of(sampling.over(defaults), model.tokenizer());
      int[] ids = poet.map(Poet::ids).orElseGet(() -> ids(model, text));
      UnaryOperator<String> shown = piece -> poet.map(p -> p.answer(piece)).orElse(piece);
      Generation done =
          model.generate(
              ids,
              options.withChooser(sampler),
              json ? _ -> {} : piece -> console.print(shown.apply(piece)));
      if (json) {
        console.println(json(done, shown.apply(done.text()), sampler.seed(), model.tokenizer()));
      } else {
        console.print("\n");
      }
      tell(done, model);
    }
    return 0;
  }

  /** All but the chooser, which needs the model. */
  private GenerateOptions options() {
    if (beams > 1 && sampling.given()) {
      throw new UserError(
          UserError.Kind.USAGE,
          new Message(
              "--beams takes the likeliest text, so nothing is sampled.", "--beams 取最可能的文本,不作采样。"),
          new Message("Leave out the options of sampling, or --beams.", "请去掉采样选项,或去掉 --beams。"));
    }
    if (logProbs.isPresent() && logProbs.get() < 0) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "--logprobs is %d, a number from 0 up was expected.",
              "--logprobs 为 %d,应为不小于 0 的数。", logProbs.get()),
          new Message("0 tells the chosen token's only.", "0 只给出所选词元的对数概率。"));
    }
    return GenerateOptions.greedy()
        .withMaxTokens(tokens)
        .withStop(stop)
        .withIgnoreEnd(ignoreEnd)
        .withSlide(slide)
        .withLogProbs(logProbs.orElse(-1))
        .withBeams(new GenerateOptions.Beams(beams, lengthPenalty));
  }

  private int[] ids(LanguageModel model, String text) {
    if (!chat) {
      return model.tokenizer().encodeOpenPrompt(text, false);
    }
    List<ChatMessage> messages = new ArrayList<>();
    system.ifPresent(s -> messages.add(ChatMessage.system(s)));
    messages.add(ChatMessage.user(text));
    return ChatPrompt.of(model).ids(messages);
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

  private static String json(Generation done, String text, long seed, Tokenizer tokenizer) {
    var root =
        new ObjectMapper()
            .createObjectNode()
            .put("text", text)
            .put("reason", done.reason().name().toLowerCase(Locale.ROOT))
            .put("seed", seed)
            .put("promptTokens", done.prompt())
            .put("cachedTokens", done.cached())
            .put("promptSeconds", done.promptSeconds())
            .put("seconds", done.seconds())
            .put("tokensPerSecond", done.tokensPerSecond());
    var ids = root.putArray("ids");
    done.ids().forEach(ids::add);
    if (!done.logProbs().isEmpty()) {
      var tokens = root.putArray("logprobs");
      for (LogProbs p : done.logProbs()) {
        ObjectNode token = tokens.addObject();
        describe(token, p.chosen(), p.chosenLogProb(), tokenizer);
        var top = token.putArray("top");
        for (int i = 0; i < p.ids().size(); i++) {
          describe(top.addObject(), p.ids().get(i), p.logProbs().get(i), tokenizer);
        }
      }
    }
    return root.toString();
  }

  /** A token for people and, since half a character is no text, for programs. */
  private static void describe(ObjectNode node, int id, double logProb, Tokenizer tokenizer) {
    byte[] bytes = id < tokenizer.vocabularySize() ? tokenizer.bytes(id) : new byte[0];
    node.put("id", id).put("token", new String(bytes, StandardCharsets.UTF_8));
    var numbers = node.putArray("bytes");
    for (byte b : bytes) {
      numbers.add(b & 0xff);
    }
    // JSON knows no infinity: a token that cannot come has null, not a number
    if (Double.isFinite(logProb)) {
      node.put("logprob", logProb);
    } else {
      node.putNull("logprob");
    }
  }
}
