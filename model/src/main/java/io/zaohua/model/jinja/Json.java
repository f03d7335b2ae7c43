package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Value.Bool;
import io.zaohua.model.jinja.Value.Dict;
import io.zaohua.model.jinja.Value.Function;
import io.zaohua.model.jinja.Value.Generator;
import io.zaohua.model.jinja.Value.Int;
import io.zaohua.model.jinja.Value.ListValue;
import io.zaohua.model.jinja.Value.None;
import io.zaohua.model.jinja.Value.Range;
import io.zaohua.model.jinja.Value.Real;
import io.zaohua.model.jinja.Value.Str;
import io.zaohua.model.jinja.Value.Thing;
import io.zaohua.model.jinja.Value.Tuple;
import io.zaohua.model.jinja.Value.Undefined;
import io.zaohua.model.jinja.Value.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * JSON as Python's {@code json.dumps} writes it, which is what {@code tojson} means in chat
 * templates.
 */
final class Json {
  private final Budget budget;
  private final Operators operators;
  private final boolean ascii;
  private final Optional<String> indent;
  private final String itemSeparator;
  private final String keySeparator;
  private final boolean sorted;
  private final StringBuilder out = new StringBuilder();

  private Json(Interpreter interpreter, Arguments.Bound options) {
    budget = interpreter.budget();
    operators = interpreter.operators();
    ascii = options.truth("ensure_ascii", false);
    sorted = options.truth("sort_keys", false);
    indent = options.some("indent").map(this::indentation);
    Optional<List<Value>> separators = options.some("separators").map(operators::items);
    if (separators.isPresent() && separators.get().size() != 2) {
      throw TemplateError.of("separators are two texts", "separators 应为两个文本");
    }
    Display display = interpreter.display();
    itemSeparator =
        separators.map(s -> display.string(s.get(0))).orElse(indent.isPresent() ? "," : ", ");
    keySeparator = separators.map(s -> display.string(s.get(1))).orElse(": ");
  }

  static String write(Value value, Interpreter interpreter, Arguments.Bound options) {
    Json json = new Json(interpreter, options);
    json.write(value, 0);
    return json.budget.text(json.out);
  }

  private String indentation(Value value) {
    if (value instanceof Str(var text, _)) {
      return text;
    }
    int width = Math.max(0, Numbers.clamped(value));
    budget.characters(width);
    return " ".repeat(width);
  }

  private void write(Value value, int depth) {
    budget.step();
    if (out.length() > Limits.SOURCE) {
      budget.characters(out.length());
    }
    switch (value) {
      case None _ -> out.append("null");
      case Bool(var truth) -> out.append(truth);
      case Int(var number) -> out.append(number);
      case Real(var number) -> out.append(real(number));
      case Str(var text, _) -> quote(text);
      case ListValue list -> items(list.items(), depth);
      case Tuple tuple -> items(tuple.items(), depth);
      case Dict dict -> entries(dict.entries(), depth);
      case Undefined _, View _, Range _, Generator _, Function _, Thing _ ->
          throw TemplateError.of(
              "tojson cannot write a value of type %s", "tojson 无法写出类型 %s 的值", value.type());
    }
  }

  private static String real(double number) {
    if (Double.isNaN(number)) {
      return "NaN";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "Infinity" : "-Infinity";
    }
    return Display.real(number);
  }

  private void items(List<Value> items, int depth) {
    if (items.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    String separator = "";
    for (Value item : items) {
      out.append(separator);
      line(depth + 1);
      write(item, depth + 1);
      separator = itemSeparator;
    }
    line(depth);
    out.append(']');
  }

  private void entries(Map<Value, Value> entries, int depth) {
    if (entries.isEmpty()) {
      out.append("{}");
      return;
    }
    List<Map.Entry<Value, Value>> ordered = new ArrayList<>(entries.entrySet());
    if (sorted) {
      ordered.sort(Comparator.comparing(Map.Entry::getKey, operators::compare));
    }
    out.append('{');
    String separator = "";
    for (var entry : ordered) {
      out.append(separator);
      line(depth + 1);
      key(entry.getKey());
      out.append(keySeparator);
      write(entry.getValue(), depth + 1);
      separator = itemSeparator;
    }
    line(depth);
    out.append('}');
  }

  private void line(int depth) {
    indent.ifPresent(
        step -> {
          budget.characters((long) step.length() * depth);
          out.append('\n').append(step.repeat(depth));
        });
  }

  private void key(Value key) {
    switch (key) {
      case Str(var text, _) -> quote(text);
      case None _ -> quote("null");
      case Bool(var truth) -> quote(Boolean.toString(truth));
      case Int(var number) -> quote(number.toString());
      case Real(var number) -> quote(real(number));
      default ->
          throw TemplateError.of("a JSON key cannot be of type %s", "JSON 键不能是类型 %s", key.type());
    }
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\f' -> out.append("\\f");
        case '\b' -> out.append("\\b");
        default -> {
          if (c < 32 || ascii && c > 126) {
            out.append("\\u").append("%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
