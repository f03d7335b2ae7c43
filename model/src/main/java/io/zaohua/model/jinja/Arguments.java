package io.zaohua.model.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The values a call is given.
 *
 * @param positional in order
 * @param named by name
 */
record Arguments(List<Value> positional, Map<String, Value> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  static Arguments of(Value... values) {
    return new Arguments(List.of(values), Map.of());
  }

  /** The values by parameter; a parameter with a question mark at its end may be left out. */
  Bound bind(String function, String... parameters) {
    Map<String, Value> bound = new HashMap<>();
    if (positional.size() > parameters.length) {
      throw TemplateError.of(
          "%s takes at most %d arguments, not %d",
          "%s 最多接受 %d 个参数,而不是 %d 个", function, parameters.length, positional.size());
    }
    int matched = 0;
    for (int i = 0; i < parameters.length; i++) {
      boolean optional = parameters[i].endsWith("?");
      String name =
          optional ? parameters[i].substring(0, parameters[i].length() - 1) : parameters[i];
      Value byName = named.get(name);
      if (i < positional.size()) {
        bound.put(name, positional.get(i));
        if (byName != null) {
          throw TemplateError.of("%s is given %s twice", "%s 的 %s 给了两次", function, name);
        }
      } else if (byName != null) {
        bound.put(name, byName);
        matched++;
      } else if (!optional) {
        throw TemplateError.of("%s needs the argument %s", "%s 缺少参数 %s", function, name);
      }
    }
    if (matched < named.size()) {
      String unknown =
          named.keySet().stream().filter(n -> !bound.containsKey(n)).findFirst().orElse("");
      throw TemplateError.of("%s knows no argument %s", "%s 没有参数 %s", function, unknown);
    }
    return new Bound(bound);
  }

  /** All but the first so many positional ones. */
  Arguments from(int first) {
    return new Arguments(
        positional.subList(Math.min(first, positional.size()), positional.size()), named);
  }

  /** Values by parameter name. */
  record Bound(Map<String, Value> values) {
    Optional<Value> find(String name) {
      return Optional.ofNullable(values.get(name));
    }

    /** A given one that is not None. */
    Optional<Value> some(String name) {
      return find(name).filter(value -> !(value instanceof Value.None));
    }

    Value get(String name) {
      return find(name).orElse(Value.None.NONE);
    }

    String text(String name) {
      return textOf(get(name));
    }

    String text(String name, String fallback) {
      return some(name).map(Bound::textOf).orElse(fallback);
    }

    int integer(String name, int fallback) {
      return some(name).map(Numbers::clamped).orElse(fallback);
    }

    boolean truth(String name, boolean fallback) {
      return find(name).map(Operators::truth).orElse(fallback);
    }

    private static String textOf(Value value) {
      if (value instanceof Value.Str(var text, _)) {
        return text;
      }
      throw TemplateError.of("a text is needed, not %s", "需要文本,而不是 %s", value.type());
    }
  }
}
