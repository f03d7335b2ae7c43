package io.zaohua.app.command;

import io.zaohua.app.chat.Turn;
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
import java.util.OptionalInt;

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

  /** What the model's makers recommend, over the usual defaults. */
  static SamplingOptions defaults(LanguageModel model) {
    GenerationDefaults made = model.checkpoint().generation();
    SamplingOptions o = SamplingOptions.defaults();
    o = made.temperature().isPresent() ? o.withTemperature(made.temperature().get()) : o;
    o = made.topP().isPresent() ? o.withTopP(made.topP().get()) : o;
    o = made.topK().isPresent() ? o.withTopK(made.topK().get()) : o;
    o = made.minP().isPresent() ? o.withMinP(made.minP().get()) : o;
    return made.repetitionPenalty().isPresent()
        ? o.withRepetitionPenalty(made.repetitionPenalty().get())
        : o;
  }

  private void name(String name, OptionalInt id) {
    id.ifPresent(i -> specialTokens.put(name, tokenizer.piece(i)));
  }
}
