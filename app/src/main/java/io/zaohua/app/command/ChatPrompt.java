package io.zaohua.app.command;

import io.zaohua.app.chat.Turn;
import io.zaohua.app.terminal.Console;
import io.zaohua.engine.LanguageModel;
import io.zaohua.engine.sample.SamplingOptions;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.chat.Chat;
import io.zaohua.model.chat.ChatMessage;
import io.zaohua.model.chat.ChatTemplate;
import io.zaohua.model.checkpoint.GenerationDefaults;
import io.zaohua.model.tokenizer.Tokenizer;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;

/** Turns as the model's own template writes them. */
final class ChatPrompt {
  private final Tokenizer tokenizer;
  private final ChatTemplate template;
  private final Map<String, String> specialTokens;

  private ChatPrompt(Tokenizer tokenizer, ChatTemplate template) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.specialTokens = new HashMap<>();
    name("bos_token", tokenizer.bos());
    name("eos_token", tokenizer.eos());
    name("pad_token", tokenizer.pad());
  }

  /**
   * The template of a checkpoint.
   *
   * @throws UserError if it has none
   */
  static ChatPrompt of(LanguageModel model) {
    String source =
        model
            .chatTemplate()
            .orElseThrow(
                () ->
                    new UserError(
                        UserError.Kind.UNSUPPORTED,
                        new Message("This model has no chat template.", "该模型没有对话模板。"),
                        new Message(
                            "Use generate without --chat, or an instruction-tuned model.",
                            "请用不带 --chat 的 generate,或换用指令微调模型。")));
    return new ChatPrompt(model.tokenizer(), ChatTemplate.of(source));
  }

  /** The tokens of a prompt that the assistant is to go on from. */
  int[] ids(List<Turn> turns) {
    List<ChatMessage> messages =
        turns.stream().map(turn -> ChatMessage.of(turn.role(), turn.content())).toList();
    String text =
        template.render(Chat.of(messages), specialTokens, Clock.system(ZoneId.systemDefault()));
    return tokenizer.encodeOpenPrompt(text, true);
  }

  /** What the model's makers recommend, over the usual defaults; what cannot be is passed over. */
  static SamplingOptions defaults(Console console, LanguageModel model) {
    GenerationDefaults made = model.checkpoint().generation();
    SamplingOptions o = SamplingOptions.defaults();
    o = advised(console, o, made.temperature(), SamplingOptions::withTemperature);
    o = advised(console, o, made.topP(), SamplingOptions::withTopP);
    o = advised(console, o, made.topK(), SamplingOptions::withTopK);
    o = advised(console, o, made.minP(), SamplingOptions::withMinP);
    return advised(console, o, made.repetitionPenalty(), SamplingOptions::withRepetitionPenalty);
  }

  private static <T> SamplingOptions advised(
      Console console,
      SamplingOptions usual,
      Optional<T> advice,
      BiFunction<SamplingOptions, T, SamplingOptions> with) {
    try {
      return advice.isPresent() ? with.apply(usual, advice.get()) : usual;
    } catch (UserError e) {
      console.note(
          new Message(
              "What the model's makers recommend is passed over. " + e.fact().english(),
              "忽略模型作者的建议。" + e.fact().chinese()));
      return usual;
    }
  }

  private void name(String name, OptionalInt id) {
    id.ifPresent(i -> specialTokens.put(name, tokenizer.piece(i)));
  }
}
