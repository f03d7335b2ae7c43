package io.zaohua.model.jinja;

import com.fasterxml.jackson.databind.JsonNode;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Plain JSON and Java data as template values; anything else is refused. */
public final class PlainData {
  private PlainData() {}

  /** A JSON value. */
  public static Value of(JsonNode node) {
    return of(node, 0);
  }

  private static Value of(JsonNode node, int depth) {
    check(depth);
    return switch (node.getNodeType()) {
      case NULL, MISSING -> Value.None.NONE;
      case BOOLEAN -> Value.of(node.booleanValue());
      case STRING -> Value.of(node.textValue());
      case NUMBER ->
          node.isIntegralNumber()
              ? new Value.Int(node.bigIntegerValue())
              : Value.of(node.doubleValue());
      case ARRAY -> {
        List<Value> items = new ArrayList<>(node.size());
        node.forEach(item -> items.add(of(item, depth + 1)));
        yield new Value.ListValue(items);
      }
      case OBJECT -> {
        Map<Value, Value> entries = LinkedHashMap.newLinkedHashMap(node.size());
        node.properties()
            .forEach(e -> entries.put(Value.of(e.getKey()), of(e.getValue(), depth + 1)));
        yield new Value.Dict(entries);
      }
      case BINARY, POJO -> throw refused(node.getNodeType().toString());
    };
  }

  /**
   * A Java value: text, number, boolean, {@code Iterable}, {@code Map} with text keys, {@code
   * Optional} (empty is None), {@code JsonNode}, or a {@link Value} as it is.
   */
  public static Value of(Object object) {
    return of(object, 0);
  }

  private static Value of(Object object, int depth) {
    check(depth);
    return switch (object) {
      case Value value -> value;
      case JsonNode node -> of(node, depth);
      case CharSequence text -> Value.of(text.toString());
      case Boolean truth -> Value.of(truth.booleanValue());
      case BigInteger number -> new Value.Int(number);
      case Double number -> Value.of(number.doubleValue());
      case Float number -> Value.of(number.doubleValue());
      case Number number -> Value.of(number.longValue());
      case Optional<?> some -> some.isPresent() ? of(some.get(), depth + 1) : Value.None.NONE;
      case Map<?, ?> map -> {
        Map<Value, Value> entries = LinkedHashMap.newLinkedHashMap(map.size());
        map.forEach((key, value) -> entries.put(of(key, depth + 1), of(value, depth + 1)));
        yield new Value.Dict(entries);
      }
      case Iterable<?> list -> {
        List<Value> items = new ArrayList<>();
        list.forEach(item -> items.add(of(item, depth + 1)));
        yield new Value.ListValue(items);
      }
      default -> throw refused(object.getClass().getSimpleName());
    };
  }

  private static void check(int depth) {
    if (depth > Limits.NESTING) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "The chat template's input nests deeper than %d levels.",
              "对话模板的输入嵌套超过 %d 层。", Limits.NESTING),
          Message.of("Flatten the messages or tools.", "请减少消息或工具的嵌套。"));
    }
  }

  private static UserError refused(String type) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "A chat template takes plain JSON data, not a %s.", "对话模板只接受普通 JSON 数据,而不是 %s。", type),
        Message.of("Pass text, numbers, lists and maps.", "请传入文本、数字、列表和映射。"));
  }
}
