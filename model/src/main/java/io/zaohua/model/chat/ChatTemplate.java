package io.zaohua.model.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.jinja.PlainData;
import io.zaohua.model.jinja.Rendering;
import io.zaohua.model.jinja.Template;
import io.zaohua.model.jinja.Value;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** A model's chat template: conversations in, prompts out. Thread-safe. */
public final class ChatTemplate {
  private final String source;
  private final Template template;

  private ChatTemplate(String source) {
    this.source = source;
    this.template = Template.of(source);
  }

  /** Parses a template; one that is not valid is refused with its line. */
  public static ChatTemplate of(String source) {
    return new ChatTemplate(source);
  }

  /** The template as it was given. */
  public String source() {
    return source;
  }

  /**
   * The prompt for a context as transformers passes it: messages, tools, add_generation_prompt,
   * bos_token and whatever else the template reads.
   *
   * @param clock what {@code strftime_now} reads
   */
  public String render(JsonNode context, Clock clock) {
    return rendering(context, clock).text();
  }

  /** The same with the places where the template says the assistant speaks. */
  public Rendering rendering(JsonNode context, Clock clock) {
    if (!context.isObject()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "A chat template's context is a JSON object, not %s.",
              "对话模板的上下文应为 JSON 对象,而不是 %s。", context.getNodeType()),
          Message.of("Pass {\"messages\": [...], ...}.", "请传入 {\"messages\": [...], ...}。"));
    }
    Map<String, Value> names = new HashMap<>();
    context.properties().forEach(e -> names.put(e.getKey(), PlainData.of(e.getValue())));
    return template.rendering(names, clock);
  }

  /**
   * The prompt for a context of plain Java data.
   *
   * @param context texts, numbers, booleans, lists and maps by name
   */
  public String render(Map<String, ?> context, Clock clock) {
    Map<String, Value> names = new HashMap<>();
    context.forEach((name, value) -> names.put(name, PlainData.of(value)));
    return template.render(names, clock);
  }

  /**
   * The prompt for a conversation.
   *
   * @param specialTokens by the names templates use: bos_token, eos_token, unk_token, pad_token
   */
  public String render(Chat chat, Map<String, String> specialTokens, Clock clock) {
    ArrayNode messages = JsonNodeFactory.instance.arrayNode();
    chat.messages().forEach(message -> messages.add(message.toJson()));
    Map<String, Object> context = new HashMap<>(specialTokens);
    context.put("documents", Value.none());
    context.put("tools", Value.none());
    context.putAll(chat.variables());
    context.put("messages", messages);
    if (!chat.tools().isEmpty()) {
      ArrayNode tools = JsonNodeFactory.instance.arrayNode();
      chat.tools().forEach(tool -> tools.add(tool.toJson()));
      context.put("tools", tools);
    }
    context.put("add_generation_prompt", chat.addGenerationPrompt());
    return render(context, clock);
  }
}
