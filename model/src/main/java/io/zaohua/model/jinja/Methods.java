package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Value.Dict;
import io.zaohua.model.jinja.Value.Function;
import io.zaohua.model.jinja.Value.ListValue;
import io.zaohua.model.jinja.Value.Real;
import io.zaohua.model.jinja.Value.Str;
import io.zaohua.model.jinja.Value.Tuple;
import io.zaohua.model.jinja.Value.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The methods of Python's types that a template may call: none that changes a value. */
final class Methods {
  /** A method over its value. */
  @FunctionalInterface
  interface Method {
    Value call(Value self, Arguments arguments, Interpreter interpreter);
  }

  private static final Set<String> LIST_CHANGES =
      Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
  private static final Set<String> DICT_CHANGES =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private static final Map<String, Method> DICT =
      Map.of(
          "keys", (self, _, _) -> new View("dict_keys", entries(self).keySet()),
          "values", (self, _, _) -> new View("dict_values", entries(self).values()),
          "items", (self, _, _) -> new View("dict_items", pairs(entries(self))),
          "copy", (self, _, _) -> self,
          "get", Methods::get);

  private static final Map<String, Method> LIST =
      Map.of("index", Methods::index, "count", Methods::count, "copy", (self, _, _) -> self);

  private static final Map<String, Method> TUPLE =
      Map.of("index", Methods::index, "count", Methods::count);

  private static final Map<String, Method> REAL =
      Map.of(
          "is_integer",
          (self, _, _) -> {
            double number = Numbers.real(self);
            return Value.of(Double.isFinite(number) && number == Math.rint(number));
          });

  private Methods() {}

  static Optional<Value> find(Value of, String name) {
    Map<String, Method> methods =
        switch (of) {
          case Str _ -> StringMethods.ALL;
          case Dict _ -> DICT;
          case ListValue _ -> LIST;
          case Tuple _ -> TUPLE;
          case Real _ -> REAL;
          default -> Map.of();
        };
    return Optional.ofNullable(methods.get(name))
        .map(m -> new Function(name, (arguments, in) -> m.call(of, arguments, in)));
  }

  /** Whether Python's type has a method of this name that would change the value. */
  static boolean changes(Value of, String name) {
    return of instanceof ListValue && LIST_CHANGES.contains(name)
        || of instanceof Dict && DICT_CHANGES.contains(name);
  }

  private static Map<Value, Value> entries(Value self) {
    return self instanceof Dict dict ? dict.entries() : Map.of();
  }

  /** The pairs of a dict as tuples. */
  static Collection<Value> pairs(Map<Value, Value> entries) {
    List<Value> pairs = new ArrayList<>(entries.size());
    entries.forEach((key, value) -> pairs.add(new Tuple(List.of(key, value))));
    return pairs;
  }

  private static Value get(Value self, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("get", "key", "default?");
    Value found = entries(self).get(interpreter.operators().key(bound.get("key")));
    return found == null ? bound.get("default") : found;
  }

  private static Value index(Value self, Arguments arguments, Interpreter interpreter) {
    Value wanted = arguments.bind("index", "value").get("value");
    List<Value> items = interpreter.operators().items(self);
    for (int i = 0; i < items.size(); i++) {
      if (interpreter.operators().equal(items.get(i), wanted)) {
        return Value.of(i);
      }
    }
    throw TemplateError.of("index finds no such value", "index 找不到该值");
  }

  private static Value count(Value self, Arguments arguments, Interpreter interpreter) {
    Value wanted = arguments.bind("count", "value").get("value");
    List<Value> items = interpreter.operators().items(self);
    return Value.of(items.stream().filter(i -> interpreter.operators().equal(i, wanted)).count());
  }
}
