package io.zaohua.app.command;

import io.zaohua.app.chat.Conversation;
import io.zaohua.app.chat.Partner;
import io.zaohua.app.chat.PipedChat;
import io.zaohua.app.chat.Screen;
import io.zaohua.app.chat.Sessions;
import io.zaohua.app.chat.Style;
import io.zaohua.app.chat.TerminalChat;
import io.zaohua.app.chat.Turn;
import io.zaohua.app.terminal.Console;
import io.zaohua.engine.ChatPrompt;
import io.zaohua.engine.GenerateOptions;
import io.zaohua.engine.Generation;
import io.zaohua.engine.LanguageModel;
import io.zaohua.engine.sample.Sampler;
import io.zaohua.engine.sample.SamplingOptions;
import io.zaohua.model.Message;
import io.zaohua.model.chat.ChatMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A conversation: in a terminal with history and commands, through a pipe line by line. */
@CommandLine.Command(
    name = "chat",
    description = "Talk with a model. /help lists the commands of the conversation.")
final class Chat implements Callable<Integer> {
  private final Console console;

  @Mixin private final EngineOptions engine = new EngineOptions();
  @Mixin private final ContextOption context = new ContextOption();
  @Mixin private final SamplingParameters sampling = new SamplingParameters();

  @Option(
      names = "--system",
      paramLabel = "S",
      descriptionKey = "chat-system",
      description = "System text.")
  private Optional<String> system = Optional.empty();

  @Option(
      names = {"-n", "--tokens"},
      paramLabel = "N",
      descriptionKey = "chat-tokens",
      defaultValue = "0",
      description = "Tokens of an answer at most; 0: up to the end of the context.")
  private int tokens;

  @Option(
      names = "--resume",
      paramLabel = "NAME",
      description = "Go on with a session saved by /save NAME.")
  private Optional<String> session = Optional.empty();

  Chat(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    sampling.check();
    Sessions sessions = Sessions.ofUser();
    try (LanguageModel model = engine.load(console, context.length())) {
      sampling.checkFits(model);
      SamplingOptions options = sampling.over(SamplingParameters.recommended(console, model));
      Partner partner = new ModelPartner(model, ChatPrompt.of(model), options);
      console.note(model.memory().message());
      if (inTerminal()) {
        TerminalChat.run(sessions, screen -> begin(sessions, partner, options, screen));
      } else {
        PipedChat.run(console, screen -> begin(sessions, partner, options, screen));
      }
    }
    return 0;
  }

  private Conversation begin(
      Sessions sessions, Partner partner, SamplingOptions options, Screen screen) {
    Style style =
        new Style(
            (float) options.temperature(),
            Math.max(0, options.topK()),
            (float) options.topP(),
            (float) options.minP(),
            options.seed().orElse(-1),
            tokens);
    var conversation = new Conversation(engine.name(), partner, sessions, screen, style, system);
    session.ifPresent(conversation::resume);
    return conversation;
  }

  @SuppressWarnings("SystemConsoleNull") // which JDKs answer null depends on jdk.console
  private static boolean inTerminal() {
    return Optional.ofNullable(System.console()).filter(java.io.Console::isTerminal).isPresent();
  }

  /** The model as the one who answers; what was read before comes from the engine's cache. */
  record ModelPartner(LanguageModel model, ChatPrompt prompt, SamplingOptions options)
      implements Partner {
    @Override
    public Answer answer(
        List<Turn> turns, Style style, Consumer<String> out, BooleanSupplier stopped) {
      SamplingOptions drawn =
          options
              .withTemperature(style.temperature())
              .withTopK(style.topK())
              .withTopP(style.topP())
              .withMinP(style.minP());
      drawn = style.seed() < 0 ? drawn : drawn.withSeed(style.seed());
      Generation done =
          model.generate(
              ids(turns),
              GenerateOptions.greedy()
                  .withMaxTokens(style.maxTokens() == 0 ? -1 : style.maxTokens())
                  .withChooser(Sampler.of(drawn, model.tokenizer()))
                  .withCancelled(stopped),
              out);
      return new Answer(
          done.text(),
          done.prompt(),
          done.cached(),
          done.ids().size(),
          done.seconds(),
          note(done.reason()).map(Message::text).orElse(""));
    }

    @Override
    public int keep(List<Turn> turns, Path file) {
      return model.saveCache(ids(turns), file);
    }

    @Override
    public int recall(Path file) {
      return model.loadCache(file);
    }

    private int[] ids(List<Turn> turns) {
      return prompt.ids(
          turns.stream().map(turn -> ChatMessage.of(turn.role(), turn.content())).toList());
    }

    private static Optional<Message> note(Generation.Reason reason) {
      return switch (reason) {
        case STOP -> Optional.empty();
        case LENGTH -> Optional.of(new Message("cut at the limit", "达到上限"));
        case CONTEXT ->
            Optional.of(
                new Message(
                    "the context is full: /reset, or a larger --ctx", "上下文已满:可 /reset 或增大 --ctx"));
        case CANCELLED -> Optional.of(new Message("stopped", "已停止"));
      };
    }
  }
}
