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

  public ChatTemplates {
    byName = Map.copyOf(byName);
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

  /** The text of the default one, where there is one. */
  public Optional<String> standard() {
    return Optional.ofNullable(byName.get(DEFAULT));
  }

  /** The template for a conversation: the one for tools if there are tools and it exists. */
  public ChatTemplate choose(boolean tools) {
    Optional<String> source =
        Optional.ofNullable(byName.get(tools ? TOOLS : DEFAULT))
            .or(this::standard)
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
