package io.zaohua.model.chat;

import com.fasterxml.jackson.databind.JsonNode;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The templates of a checkpoint by name: most have one, called default; some have one for tools.
 *
 * @param byName sources by name
 */
public record ChatTemplates(Map<String, String> byName) {
  private static final String DEFAULT = "default";
  private static final String TOOLS = "tool_use";
  private static final String GGUF_KEY = "tokenizer.chat_template";

  public ChatTemplates {
    byName = Map.copyOf(byName);
  }

  /** One template, as in chat_template.jinja. */
  public static ChatTemplates of(String source) {
    return new ChatTemplates(Map.of(DEFAULT, source));
  }

  /** Those of tokenizer_config.json: a text, or a list of objects with name and template. */
  public static ChatTemplates ofTokenizerConfig(JsonNode tokenizerConfig) {
    JsonNode given = tokenizerConfig.path("chat_template");
    Map<String, String> byName = new LinkedHashMap<>();
    if (given.isTextual()) {
      byName.put(DEFAULT, given.textValue());
    } else if (given.isArray()) {
      given.forEach(t -> byName.put(t.path("name").asText(), t.path("template").asText()));
    } else if (given.isObject()) {
      given.properties().forEach(e -> byName.put(e.getKey(), e.getValue().asText()));
    }
    return new ChatTemplates(byName);
  }

  /** Those of GGUF metadata: tokenizer.chat_template, and tokenizer.chat_template.NAME. */
  public static ChatTemplates ofGguf(Map<String, ?> metadata) {
    Map<String, String> byName = new LinkedHashMap<>();
    metadata.forEach(
        (key, value) -> {
          if (value instanceof String source && key.equals(GGUF_KEY)) {
            byName.put(DEFAULT, source);
          } else if (value instanceof String source && key.startsWith(GGUF_KEY + ".")) {
            byName.put(key.substring(GGUF_KEY.length() + 1), source);
          }
        });
    return new ChatTemplates(byName);
  }

  public boolean isEmpty() {
    return byName.isEmpty();
  }

  /** The template for a conversation: the one for tools if there are tools and it exists. */
  public ChatTemplate choose(boolean tools) {
    Optional<String> source =
        Optional.ofNullable(byName.get(tools ? TOOLS : DEFAULT))
            .or(() -> Optional.ofNullable(byName.get(DEFAULT)))
            .or(() -> byName.size() == 1 ? byName.values().stream().findFirst() : Optional.empty());
    return ChatTemplate.of(
        source.orElseThrow(
            () ->
                byName.isEmpty()
                    ? none()
                    : unknown(
                        byName.keySet().stream().sorted().collect(Collectors.joining(", ")))));
  }

  private static UserError none() {
    return new UserError(
        UserError.Kind.NOT_FOUND,
        Message.of("This checkpoint has no chat template.", "该检查点没有对话模板。"),
        Message.of("Use plain generation, or an instruct model.", "请用普通生成,或换用指令模型。"));
  }

  private static UserError unknown(String names) {
    return new UserError(
        UserError.Kind.NOT_FOUND,
        Message.of(
            "This checkpoint has no default chat template, only %s.", "该检查点没有默认对话模板,只有 %s。", names),
        Message.of("Name the one to use.", "请指定要用的模板。"));
  }
}
