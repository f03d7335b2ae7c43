package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Value.Str;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A dotted path into items, as filters take it: {@code 'function.name'}, {@code 'parts.0'}.
 *
 * @param parts names and positions
 */
record AttributePath(List<Value> parts) {
  static AttributePath of(Value path) {
    if (!(path instanceof Str(var text, _))) {
      return new AttributePath(path instanceof Value.None ? List.of() : List.of(path));
    }
    List<Value> parts = new ArrayList<>();
    for (String part : text.split("\\.", -1)) {
      boolean digits =
          !part.isEmpty() && part.length() < 10 && part.chars().allMatch(c -> c >= '0' && c <= '9');
      parts.add(digits ? Value.of(Long.parseLong(part)) : Value.of(part));
    }
    return new AttributePath(parts);
  }

  static AttributePath of(Optional<Value> path) {
    return path.map(AttributePath::of).orElse(new AttributePath(List.of()));
  }

  Value in(Value item, Interpreter interpreter) {
    return in(item, Optional.empty(), interpreter);
  }

  Value in(Value item, Optional<Value> fallback, Interpreter interpreter) {
    Value value = item;
    for (Value part : parts) {
      value = interpreter.item(value, part);
      if (value instanceof Value.Undefined && fallback.isPresent()) {
        value = fallback.get();
      }
    }
    return value;
  }
}
