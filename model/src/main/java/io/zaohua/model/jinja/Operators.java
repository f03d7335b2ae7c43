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
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Truth, equality, order, membership, arithmetic and iteration of values, as Python has them. */
final class Operators {
  private final Budget budget;

  Operators(Budget budget) {
    this.budget = budget;
  }

  static boolean truth(Value value) {
    return switch (value) {
      case None _, Undefined _ -> false;
      case Bool(var truth) -> truth;
      case Int(var number) -> number.signum() != 0;
      case Real(var number) -> number != 0;
      case Str(var text, _) -> !text.isEmpty();
      case ListValue list -> !list.items().isEmpty();
      case Tuple tuple -> !tuple.items().isEmpty();
      case Dict dict -> !dict.entries().isEmpty();
      case View view -> !view.items().isEmpty();
      case Range range -> range.size() > 0;
      case Loop loop -> loop.truth();
      case Generator _, Function _, Thing _ -> true;
    };
  }

  boolean equal(Value left, Value right) {
    budget.steps(Math.min(left.shape().weight(), right.shape().weight()));
    return left.equals(right);
  }

  /** The number of items, if the value knows it. */
  static OptionalInt size(Value value) {
    return switch (value) {
      case Str(var text, _) -> OptionalInt.of(Text.length(text));
      case ListValue list -> OptionalInt.of(list.items().size());
      case Tuple tuple -> OptionalInt.of(tuple.items().size());
      case Dict dict -> OptionalInt.of(dict.entries().size());
      case View view -> OptionalInt.of(view.items().size());
      case Range range -> OptionalInt.of(range.size());
      case Undefined _ -> OptionalInt.of(0);
      case Loop loop -> OptionalInt.of(loop.length());
      case None _, Bool _, Int _, Real _, Generator _, Function _, Thing _ -> OptionalInt.empty();
    };
  }

  static boolean isIterable(Value value) {
    return value instanceof Generator || value instanceof Loop || size(value).isPresent();
  }

  /** The items one by one; every one taken is a step. */
  Iterator<Value> iterate(Value value) {
    Iterator<Value> items =
        switch (value) {
          case Str(var text, _) ->
              text.codePoints().mapToObj(c -> Value.of(Character.toString(c))).iterator();
          case ListValue list -> list.items().iterator();
          case Tuple tuple -> tuple.items().iterator();
          case Dict dict -> dict.entries().keySet().iterator();
          case View view -> view.items().iterator();
          case Range range -> IntStream.range(0, range.size()).mapToObj(range::at).iterator();
          case Generator(var rest) -> rest;
          case Undefined _ -> List.<Value>of().iterator();
          case None _, Bool _, Int _, Real _, Function _, Thing _ ->
              throw TemplateError.of("%s cannot be iterated over", "无法遍历 %s", Display.type(value));
        };
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return items.hasNext();
      }

      @Override
      public Value next() {
        budget.steps(2);
        return items.next();
      }
    };
  }

  /** All items; a list's own list, not a copy. */
  List<Value> items(Value value) {
    return switch (value) {
      case ListValue list -> list.items();
      case Tuple tuple -> tuple.items();
      case View view -> view.items();
      case None _, Bool _, Int _, Real _, Str _, Dict _, Range _, Generator _, Undefined _ ->
          collect(value);
      case Function _, Thing _ -> collect(value);
    };
  }

  private List<Value> collect(Value value) {
    List<Value> items = new ArrayList<>();
    iterate(value).forEachRemaining(items::add);
    return items;
  }

  ListValue list(List<Value> items) {
    budget.steps(2L * items.size());
    return new ListValue(items);
  }

  boolean contains(Value container, Value item) {
    if (container instanceof Str(var text, _)) {
      if (!(item instanceof Str(var part, _))) {
        throw TemplateError.of(
            "'in' of a text needs a text, not %s", "文本的 in 需要文本,而不是 %s", Display.type(item));
      }
      budget.steps(text.length() >> 4);
      return text.contains(part);
    }
    if (container instanceof Dict dict) {
      return dict.entries().containsKey(key(item));
    }
    Iterator<Value> items = iterate(container);
    while (items.hasNext()) {
      if (equal(items.next(), item)) {
        return true;
      }
    }
    return false;
  }

  /** A value as a dict's key: lists and dicts are none. */
  Value key(Value value) {
    if (value instanceof ListValue || value instanceof Dict) {
      throw TemplateError.of("a %s cannot be a key", "%s 不能作键", value.type());
    }
    budget.steps(value.shape().weight());
    if (value instanceof Tuple tuple) {
      tuple.items().forEach(this::key);
    }
    return value;
  }

  /** Python's order; values of different kinds have none. */
  int compare(Value left, Value right) {
    budget.steps(Math.min(left.shape().weight(), right.shape().weight()));
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return Numbers.compare(left, right);
    }
    if (left instanceof Str(var a, _) && right instanceof Str(var b, _)) {
      return CODE_POINTS.compare(a, b);
    }
    if (left instanceof ListValue a && right instanceof ListValue b) {
      return compare(a.items(), b.items());
    }
    if (left instanceof Tuple a && right instanceof Tuple b) {
      return compare(a.items(), b.items());
    }
    defined(left);
    defined(right);
    throw TemplateError.of(
        "%s and %s have no order", "%s 与 %s 无法比较大小", Display.type(left), Display.type(right));
  }

  private int compare(List<Value> left, List<Value> right) {
    for (int i = 0; i < left.size() && i < right.size(); i++) {
      if (!left.get(i).equals(right.get(i))) {
        return compare(left.get(i), right.get(i));
      }
    }
    return Integer.compare(left.size(), right.size());
  }

  /** By code points, where Java's own order goes by UTF-16 units. */
  private static final Comparator<String> CODE_POINTS =
      (a, b) -> {
        int n = Math.min(a.length(), b.length());
        for (int i = 0; i < n; i++) {
          char x = a.charAt(i);
          char y = b.charAt(i);
          if (x != y) {
            boolean xHigh = Character.isSurrogate(x);
            boolean yHigh = Character.isSurrogate(y);
            return xHigh == yHigh ? Character.compare(x, y) : xHigh ? 1 : -1;
          }
        }
        return Integer.compare(a.length(), b.length());
      };

  /** Fails where a missing value is used. */
  static void defined(Value value) {
    if (value instanceof Undefined(var why)) {
      throw TemplateError.of("%1$s", "%2$s", why.english(), why.chinese());
    }
  }

  Value calculate(BinaryOperator operator, Value left, Value right) {
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      budget.steps(8);
      return Numbers.calculate(operator, left, right);
    }
    if (operator == BinaryOperator.MODULO && left instanceof Str(var format, _)) {
      return Value.of(new PercentFormat(budget).format(format, right));
    }
    defined(left);
    defined(right);
    Optional<Value> result =
        switch (operator) {
          case ADD -> add(left, right);
          case MULTIPLY -> {
            Optional<Value> product = repeat(left, right);
            yield product.isPresent() ? product : repeat(right, left);
          }
          case SUBTRACT, DIVIDE, FLOOR_DIVIDE, MODULO, POWER -> Optional.empty();
        };
    return result.orElseThrow(
        () ->
            TemplateError.of(
                "%2$s %1$s %3$s has no meaning",
                "%2$s %1$s %3$s 没有意义", operator.symbol, Display.type(left), Display.type(right)));
  }

  private Optional<Value> add(Value left, Value right) {
    if (left instanceof Str(var a, var safe) && right instanceof Str(var b, var alsoSafe)) {
      boolean markup = safe || alsoSafe;
      String head = markup && !safe ? TextFilters.escape(a) : a;
      String tail = markup && !alsoSafe ? TextFilters.escape(b) : b;
      budget.characters((long) head.length() + tail.length());
      return Optional.of(new Str(head + tail, markup));
    }
    if (left instanceof ListValue a && right instanceof ListValue b) {
      return Optional.of(list(joined(a.items(), b.items())));
    }
    if (left instanceof Tuple a && right instanceof Tuple b) {
      return Optional.of(new Tuple(joined(a.items(), b.items())));
    }
    return Optional.empty();
  }

  private List<Value> joined(List<Value> left, List<Value> right) {
    budget.steps(2L * (left.size() + right.size()));
    List<Value> all = new ArrayList<>(left.size() + right.size());
    all.addAll(left);
    all.addAll(right);
    return all;
  }

  private Optional<Value> repeat(Value what, Value times) {
    if (!Numbers.isInteger(times)) {
      return Optional.empty();
    }
    int count = Math.max(0, Numbers.clamped(times));
    return switch (what) {
      case Str(var text, _) -> {
        budget.characters((long) text.length() * count);
        yield Optional.of(Value.of(text.repeat(text.isEmpty() ? 0 : count)));
      }
      case ListValue list -> Optional.of(new ListValue(repeated(list.items(), count)));
      case Tuple tuple -> Optional.of(new Tuple(repeated(tuple.items(), count)));
      case None _, Undefined _, Bool _, Int _, Real _, Dict _, View _, Range _, Generator _ ->
          Optional.empty();
      case Function _, Thing _ -> Optional.empty();
    };
  }

  private List<Value> repeated(List<Value> items, int count) {
    budget.steps(2L * items.size() * count);
    List<Value> all = new ArrayList<>(items.size() * count);
    for (int i = 0; i < count && !items.isEmpty(); i++) {
      all.addAll(items);
    }
    return all;
  }
}
