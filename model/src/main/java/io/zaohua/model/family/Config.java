package io.zaohua.model.family;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.FloatNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A {@code config.json}, read by key. A key whose value is null counts as absent, but a default
 * does not replace it: transformers reads null as None.
 *
 * @param json the object
 */
public record Config(ObjectNode json) {
  /**
   * Made when text is first read: a GGUF file needs none, and it costs a start a tenth of a second.
   */
  private static final class Reader {
    private static final ObjectMapper MAPPER = new ObjectMapper();
  }

  /**
   * Reads JSON text.
   *
   * @throws UserError if it is no JSON object
   */
  public static Config parse(String text) {
    try {
      if (Reader.MAPPER.readTree(text) instanceof ObjectNode object) {
        return new Config(object);
      }
      throw notAnObject(Optional.empty());
    } catch (JsonProcessingException e) {
      throw notAnObject(Optional.of(e));
    }
  }

  private static UserError notAnObject(Optional<JsonProcessingException> cause) {
    var fact = Message.of("The configuration is not a JSON object.", "配置不是一个 JSON 对象。");
    var remedy = Message.of("Download the model again.", "请重新下载模型。");
    return cause
        .map(c -> new UserError(UserError.Kind.INPUT, fact, remedy, c))
        .orElseGet(() -> new UserError(UserError.Kind.INPUT, fact, remedy));
  }

  /** An empty configuration. */
  public static Config empty() {
    return new Config(JsonNodeFactory.instance.objectNode());
  }

  /** Numbers, texts, truth values, lists and maps of them, and JSON itself, as JSON. */
  static JsonNode json(Object value) {
    return switch (value) {
      case JsonNode node -> node;
      case String text -> TextNode.valueOf(text);
      case Boolean truth -> BooleanNode.valueOf(truth);
      case Integer number -> IntNode.valueOf(number);
      case Long number -> LongNode.valueOf(number);
      case Float number -> FloatNode.valueOf(number);
      case Double number -> DoubleNode.valueOf(number);
      case Collection<?> list -> {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        list.forEach(element -> array.add(json(element)));
        yield array;
      }
      case Map<?, ?> map -> {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        map.forEach((key, element) -> object.set(String.valueOf(key), json(element)));
        yield object;
      }
      default -> throw new IllegalArgumentException("No JSON for " + value.getClass() + ".");
    };
  }

  static JsonNode readTree(String text) {
    try {
      return Reader.MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw notAnObject(Optional.of(e));
    }
  }

  /** The same, with {@code defaults} where a key is missing. */
  public Config or(Config defaults) {
    var merged = defaults.json.deepCopy();
    merged.setAll(json.deepCopy());
    return new Config(merged);
  }

  /** The same with one more value, or another one. */
  public Config with(String key, Object value) {
    var copy = json.deepCopy();
    copy.set(key, json(value));
    return new Config(copy);
  }

  public boolean has(String key) {
    return json.hasNonNull(key);
  }

  public Optional<JsonNode> find(String key) {
    return Optional.ofNullable(json.get(key)).filter(n -> !n.isNull());
  }

  private <T> Optional<T> read(
      String key,
      Predicate<JsonNode> fits,
      Function<JsonNode, T> as,
      String english,
      String chinese) {
    var found = find(key);
    if (found.isPresent() && !fits.test(found.get())) {
      throw wrong(key, found.get(), english, chinese);
    }
    return found.map(as);
  }

  /** A nested object, empty where there is none. */
  public Optional<Config> object(String key) {
    return read(key, JsonNode::isObject, n -> new Config((ObjectNode) n), "an object", "对象");
  }

  public Optional<Integer> integer(String key) {
    return read(
        key,
        n -> n.isNumber() && n.doubleValue() == n.intValue(),
        JsonNode::intValue,
        "a whole number",
        "整数");
  }

  /** A whole number that must be there. */
  public int needInteger(String key) {
    return integer(key).orElseThrow(() -> missing(key));
  }

  public Optional<Double> number(String key) {
    return read(
        key,
        n -> n.isNumber() && Double.isFinite(n.doubleValue()),
        JsonNode::doubleValue,
        "a number",
        "数");
  }

  /** A number that must be there. */
  public double needNumber(String key) {
    return number(key).orElseThrow(() -> missing(key));
  }

  /** False where the key is absent. */
  public boolean flag(String key) {
    return read(key, JsonNode::isBoolean, JsonNode::booleanValue, "true or false", "布尔值")
        .orElse(false);
  }

  public Optional<String> text(String key) {
    return read(key, JsonNode::isTextual, JsonNode::textValue, "a string", "字符串");
  }

  /** A list of numbers, empty where there is none. */
  public List<Float> numbers(String key) {
    return read(
            key,
            n -> n.isArray() && n.valueStream().allMatch(JsonNode::isNumber),
            n -> n.valueStream().map(JsonNode::floatValue).toList(),
            "a list of numbers",
            "数的列表")
        .orElse(List.of());
  }

  /** A list of strings, absent where there is none. */
  public Optional<List<String>> texts(String key) {
    return read(
        key,
        n -> n.isArray() && n.valueStream().allMatch(JsonNode::isTextual),
        n -> n.valueStream().map(JsonNode::textValue).toList(),
        "a list of strings",
        "字符串的列表");
  }

  private static UserError missing(String key) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of("The configuration lacks %s.", "配置缺少 %s。", key),
        Message.of("Check config.json or the GGUF metadata.", "请检查 config.json 或 GGUF 元数据。"));
  }

  private static UserError wrong(String key, JsonNode value, String english, String chinese) {
    String text = value.toString();
    String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "The configuration gives %s = %s, " + english + " was expected.",
            "配置给出 %s = %s,应为" + chinese + "。",
            key,
            shown),
        Message.of("Check config.json or the GGUF metadata.", "请检查 config.json 或 GGUF 元数据。"));
  }
}
