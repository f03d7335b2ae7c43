package io.zaohua.model.jinja;

import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Lazy filters: map, select, reject and their forms over attributes. */
final class SelectionFilters {
  static final Map<String, Filter> ALL =
      Map.of(
          "map", SelectionFilters::map,
          "select", (subject, a, in) -> select(subject, a, in, false, true),
          "reject", (subject, a, in) -> select(subject, a, in, false, false),
          "selectattr", (subject, a, in) -> select(subject, a, in, true, true),
          "rejectattr", (subject, a, in) -> select(subject, a, in, true, false));

  private SelectionFilters() {}

  /** As in Jinja, what is false has no items here, None included. */
  private static Iterator<Value> items(Value subject, Interpreter interpreter) {
    return Operators.truth(subject)
        ? interpreter.operators().iterate(subject)
        : Collections.emptyIterator();
  }

  private static Value map(Value subject, Arguments arguments, Interpreter interpreter) {
    Iterator<Value> items = items(subject, interpreter);
    if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
      Arguments.Bound bound = arguments.bind("map", "attribute", "default?");
      AttributePath path = AttributePath.of(bound.get("attribute"));
      Optional<Value> fallback = bound.some("default");
      return Lazy.of(
          interpreter,
          () ->
              items.hasNext()
                  ? Optional.of(path.in(items.next(), fallback, interpreter))
                  : Optional.empty());
    }
    if (arguments.positional().isEmpty()) {
      throw TemplateError.of("map needs a filter", "map 需要一个过滤器");
    }
    Filter filter = Filters.named(interpreter.display().string(arguments.positional().getFirst()));
    Arguments rest = arguments.from(1);
    return Lazy.of(
        interpreter,
        () ->
            items.hasNext()
                ? Optional.of(filter.apply(items.next(), rest, interpreter))
                : Optional.empty());
  }

  private static Value select(
      Value subject, Arguments arguments, Interpreter interpreter, boolean path, boolean keep) {
    Iterator<Value> items = items(subject, interpreter);
    int first = path ? 1 : 0;
    if (arguments.positional().size() < first) {
      throw TemplateError.of("the attribute to select by is missing", "缺少用于选择的属性");
    }
    AttributePath attribute =
        AttributePath.of(path ? Optional.of(arguments.positional().getFirst()) : Optional.empty());
    Predicate<Value> holds = test(arguments.from(first), interpreter);
    return Lazy.of(
        interpreter,
        () -> {
          while (items.hasNext()) {
            Value item = items.next();
            if (holds.test(attribute.in(item, interpreter)) == keep) {
              return Optional.of(item);
            }
          }
          return Optional.empty();
        });
  }

  private static Predicate<Value> test(Arguments arguments, Interpreter interpreter) {
    if (arguments.positional().isEmpty()) {
      return Operators::truth;
    }
    Test test = Tests.named(interpreter.display().string(arguments.positional().getFirst()));
    Arguments rest = arguments.from(1);
    return value -> test.holds(value, rest, interpreter);
  }
}
