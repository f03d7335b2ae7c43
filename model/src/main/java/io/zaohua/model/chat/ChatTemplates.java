package io.zaohua.model.chat;

import com.fasterxml.jackson.databind.JsonNode;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The templates of a checkpoint by name: most have one, called default; some have one for tools.
 * Names and places are those of transformers and, in GGUF, of gguf-py.
 *
 * @param byName sources by name
 */
public record ChatTemplates(Map<String, String> byName) {
  public static final String DEFAULT = "default";

  /** The folder inside a Hugging Face folder that holds those with names, one file each. */
  public static final String FOLDER = "additional_chat_templates";

  public static final ChatTemplates NONE = new ChatTemplates(Map.of());

  private static final String TOOLS = "tool_use";

  public ChatTemplates {
    byName = Map.copyOf(byName);
  }

  public boolean isEmpty() {
    return byName.isEmpty();
  }

  /** All but the default one, sorted by name. */
  public SortedMap<String, String> others() {
    SortedMap<String, String> others = new TreeMap<>(byName);
    others.remove(DEFAULT);
    return others;
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

  /** The files of the named templates in a Hugging Face folder, sorted: {@code NAME.jinja}. */
  public static List<Path> namedFiles(Path folder) {
    Path inside = folder.resolve(FOLDER);
    if (!Files.isDirectory(inside)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(inside)) {
      return files.filter(f -> f.toString().endsWith(".jinja")).sorted().toList();
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.IO,
          Message.of("%s cannot be read.", "无法读取 %s。", inside),
          Message.of("Check its permissions.", "请检查权限。"),
          e);
    }
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
        Message.of(
            "Let it go on from plain text, or use an instruction-tuned model.",
            "请让它直接续写文本,或换用指令微调模型。"));
  }

  private static UserError unknown(String names) {
    return new UserError(
        UserError.Kind.NOT_FOUND,
        Message.of(
            "This checkpoint has no default chat template, only %s.", "该检查点没有默认对话模板,只有 %s。", names),
        Message.of("Name the one to use \"default\" in its files.", "请在其文件中把要用的模板命名为 “default”。"));
  }
}
