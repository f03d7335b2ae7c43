package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Value.Thing;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What {@code namespace()} gives: the one object whose parts a template may set. */
final class Namespace implements Thing {
  private final Map<String, Value> parts = new LinkedHashMap<>();

  void set(String name, Value value) {
    if (name.startsWith("_")) {
      throw TemplateError.of(
          "a namespace has no part that starts with an underscore, such as %s",
          "命名空间没有以下划线开头的成员,如 %s", name);
    }
    parts.put(name, value);
  }

  Map<Value, Value> asDict() {
    Map<Value, Value> dict = new LinkedHashMap<>();
    parts.forEach((name, value) -> dict.put(Value.of(name), value));
    return dict;
  }

  @Override
  public Optional<Value> attribute(String name, Interpreter interpreter) {
    return Optional.ofNullable(parts.get(name));
  }

  @Override
  public String type() {
    return "Namespace";
  }
}
