package io.zaohua.model.jinja;

import io.zaohua.model.Message;
import io.zaohua.model.jinja.Value.Dict;
import io.zaohua.model.jinja.Value.ListValue;
import io.zaohua.model.jinja.Value.Str;
import io.zaohua.model.jinja.Value.Tuple;
import io.zaohua.model.jinja.Value.Undefined;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Filters that compare items: sort, dictsort, unique, groupby, min, max. */
final class OrderFilters {
  static final Map<String, Filter> ALL =
      Map.of(
          "sort", OrderFilters::sort,
          "dictsort", OrderFilters::dictSort,
          "unique", OrderFilters::unique,
          "groupby", OrderFilters::groupBy,
          "min", (subject, a, in) -> extreme(subject, a, in, -1),
          "max", (subject, a, in) -> extreme(subject, a, in, 1));

  private OrderFilters() {}

  /** Texts compare without case unless asked otherwise. */
  private static Value folded(Value value, boolean caseSensitive) {
    return !caseSensitive && value instanceof Str(var text, _)
        ? Value.of(text.toLowerCase(Locale.ROOT))
        : value;
  }

  /** Items in the order of their keys; stable, also backwards. */
  private static List<Value> ordered(
      List<Value> items, Function<Value, Value> key, boolean reverse, Interpreter interpreter) {
    record Keyed(Value key, Value item) {}
    List<Keyed> keyed = new ArrayList<>(items.size());
    items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
    Operators operators = interpreter.operators();
    // Missing values compare as equal to nothing: Python fails on them, so one alone may pass.
    Comparator<Keyed> order = (a, b) -> operators.compare(a.key, b.key);
    keyed.sort(reverse ? order.reversed() : order);
    List<Value> sorted = new ArrayList<>(items.size());
    keyed.forEach(k -> sorted.add(k.item));
    return sorted;
  }

  private static Value sort(Value subject, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("sort", "reverse?", "case_sensitive?", "attribute?");
    boolean exact = bound.truth("case_sensitive", false);
    List<AttributePath> paths = new ArrayList<>();
    if (bound.get("attribute") instanceof Str(var several, _)) {
      for (String one : several.split(",", -1)) {
        paths.add(AttributePath.of(Value.of(one)));
      }
    } else {
      paths.add(AttributePath.of(bound.some("attribute")));
    }
    List<Value> sorted =
        ordered(
            interpreter.operators().items(subject),
            item -> {
              List<Value> keys = new ArrayList<>(paths.size());
              paths.forEach(path -> keys.add(folded(path.in(item, interpreter), exact)));
              return new ListValue(keys);
            },
            bound.truth("reverse", false),
            interpreter);
    return interpreter.operators().list(sorted);
  }

  private static Value dictSort(Value subject, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("dictsort", "case_sensitive?", "by?", "reverse?");
    if (!(subject instanceof Dict dict)) {
      throw TemplateError.of(
          "dictsort needs a mapping, not %s", "dictsort 需要映射,而不是 %s", Display.type(subject));
    }
    String by = bound.text("by", "key");
    if (!by.equals("key") && !by.equals("value")) {
      throw TemplateError.of("dictsort goes by key or value", "dictsort 按 key 或 value 排序");
    }
    boolean exact = bound.truth("case_sensitive", false);
    int part = by.equals("key") ? 0 : 1;
    List<Value> pairs = new ArrayList<>(Methods.pairs(dict.entries()));
    return interpreter
        .operators()
        .list(
            ordered(
                pairs,
                pair -> folded(((Tuple) pair).items().get(part), exact),
                bound.truth("reverse", false),
                interpreter));
  }

  private static Value unique(Value subject, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("unique", "case_sensitive?", "attribute?");
    boolean exact = bound.truth("case_sensitive", false);
    AttributePath path = AttributePath.of(bound.some("attribute"));
    Iterator<Value> items = interpreter.operators().iterate(subject);
    Set<Value> seen = new HashSet<>();
    return Lazy.of(
        interpreter,
        () -> {
          while (items.hasNext()) {
            Value item = items.next();
            Value key = folded(path.in(item, interpreter), exact);
            if (seen.add(interpreter.operators().key(key))) {
              return Optional.of(item);
            }
          }
          return Optional.empty();
        });
  }

  private static Value groupBy(Value subject, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("groupby", "attribute", "default?", "case_sensitive?");
    boolean exact = bound.truth("case_sensitive", false);
    AttributePath path = AttributePath.of(bound.get("attribute"));
    Optional<Value> fallback = bound.some("default");
    Operators operators = interpreter.operators();
    Function<Value, Value> key = item -> folded(path.in(item, fallback, interpreter), exact);
    List<Value> groups = new ArrayList<>();
    List<Value> group = new ArrayList<>();
    for (Value item : ordered(operators.items(subject), key, false, interpreter)) {
      if (!group.isEmpty() && !operators.equal(key.apply(group.getFirst()), key.apply(item))) {
        groups.add(group(group, path, fallback, interpreter));
        group = new ArrayList<>();
      }
      group.add(item);
    }
    if (!group.isEmpty()) {
      groups.add(group(group, path, fallback, interpreter));
    }
    return operators.list(groups);
  }

  private static Value group(
      List<Value> items, AttributePath path, Optional<Value> fallback, Interpreter interpreter) {
    Value key = path.in(items.getFirst(), fallback, interpreter);
    return new Tuple(List.of(key, interpreter.operators().list(items)), List.of("grouper", "list"));
  }

  private static Value extreme(
      Value subject, Arguments arguments, Interpreter interpreter, int sign) {
    Arguments.Bound bound = arguments.bind("min/max", "case_sensitive?", "attribute?");
    boolean exact = bound.truth("case_sensitive", false);
    AttributePath path = AttributePath.of(bound.some("attribute"));
    Iterator<Value> items = interpreter.operators().iterate(subject);
    if (!items.hasNext()) {
      return new Undefined(Message.of("the sequence was empty", "序列为空"));
    }
    Value best = items.next();
    Value bestKey = folded(path.in(best, interpreter), exact);
    while (items.hasNext()) {
      Value item = items.next();
      Value key = folded(path.in(item, interpreter), exact);
      if (interpreter.operators().compare(key, bestKey) * sign > 0) {
        best = item;
        bestKey = key;
      }
    }
    return best;
  }
}
