package io.zaohua.engine;

import io.zaohua.model.UserError;
import io.zaohua.model.chat.Chat;
import io.zaohua.model.chat.ChatMessage;
import io.zaohua.model.chat.ChatTemplate;
import io.zaohua.model.chat.ChatTemplates;
import io.zaohua.model.tokenizer.Tokenizer;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Conversations as a model wants them written: its own chat template, its own special tokens. */
public final class ChatPrompt {
  private final Tokenizer tokenizer;
  private final ChatTemplates templates;
  private final ChatTemplate withoutTools;
  private final Map<String, String> specialTokens = new HashMap<>();

  private ChatPrompt(Tokenizer tokenizer, ChatTemplates templates) {
    this.tokenizer = tokenizer;
    this.templates = templates;
    this.withoutTools = templates.choose(false);
    name("bos_token", tokenizer.bos());
    name("eos_token", tokenizer.eos());
    name("pad_token", tokenizer.pad());
  }

  /**
   * The prompts of a model.
   *
   * @throws UserError if it has no chat template or no tokenizer
   */
  public static ChatPrompt of(LanguageModel model) {
    return new ChatPrompt(model.tokenizer(), model.checkpoint().chatTemplates());
  }

  /** The text of a conversation; with tools by the template for tools, where there is one. */
  public String text(Chat chat) {
    ChatTemplate template = chat.tools().isEmpty() ? withoutTools : templates.choose(true);
    return template.render(chat, specialTokens, Clock.system(ZoneId.systemDefault()));
  }

  /** The tokens of that text: what {@link LanguageModel#generate} takes. */
  public int[] ids(Chat chat) {
    return tokenizer.encodeOpenPrompt(text(chat), true);
  }

  /** The tokens of messages that the assistant is to answer. */
  public int[] ids(List<ChatMessage> messages) {
    return ids(Chat.of(messages));
  }

  private void name(String name, OptionalInt id) {
    id.ifPresent(i -> specialTokens.put(name, tokenizer.piece(i)));
  }
}
