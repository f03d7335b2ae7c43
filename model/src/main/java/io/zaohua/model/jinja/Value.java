package io.zaohua.model.jinja;

import io.zaohua.model.Message;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A Python value as templates see it. {@code equals} is Python's {@code ==}: 1, 1.0 and true are
 * equal, and so hash alike.
 */
public sealed interface Value {
  /** Python's name of the type, for messages. */
  String type();

  /** Nested levels and values in all, so that walks over a value are bounded. */
  default Shape shape() {
    return Shape.ONE;
  }

  /** Python's None. */
  static Value none() {
    return None.NONE;
  }

  static Value of(boolean truth) {
    return truth ? Bool.TRUE : Bool.FALSE;
  }

  static Value of(long number) {
    return new Int(BigInteger.valueOf(number));
  }

  static Value of(double number) {
    return new Real(number);
  }

  static Value of(String text) {
    return new Str(text);
  }

  /** Python's None. */
  record None() implements Value {
    static final Value NONE = new None();

    @Override
    public String type() {
      return "NoneType";
    }
  }

  /** A missing name or attribute: prints as nothing, is false and empty, and fails when used. */
  record Undefined(Message why) implements Value {
    @Override
    public String type() {
      return "Undefined";
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Undefined;
    }

    @Override
    public int hashCode() {
      return 0;
    }
  }

  /** A truth value, which is also a number. */
  record Bool(boolean truth) implements Value {
    static final Value TRUE = new Bool(true);
    static final Value FALSE = new Bool(false);

    @Override
    public String type() {
      return "bool";
    }

    @Override
    public boolean equals(Object other) {
      return Numbers.same(this, other);
    }

    @Override
    public int hashCode() {
      return truth ? 1 : 0;
    }
  }

  /** An integer of any size up to {@link Limits#INTEGER_BITS}. */
  record Int(BigInteger number) implements Value {
    @Override
    public String type() {
      return "int";
    }

    @Override
    public boolean equals(Object other) {
      return Numbers.same(this, other);
    }

    @Override
    public int hashCode() {
      return number.bitLength() < 53 ? Long.hashCode(number.longValue()) : number.hashCode();
    }
  }

  /** A double. */
  record Real(double number) implements Value {
    @Override
    public String type() {
      return "float";
    }

    @Override
    public boolean equals(Object other) {
      return Numbers.same(this, other);
    }

    @Override
    public int hashCode() {
      boolean integral = Double.isFinite(number) && number == Math.rint(number);
      return integral
          ? new Int(new BigDecimal(number).toBigInteger()).hashCode()
          : Double.hashCode(number);
    }
  }

  /**
   * A text; positions count code points.
   *
   * @param isMarkup whether {@code safe} or {@code escape} made it: what is added to it is escaped
   */
  record Str(String text, boolean isMarkup) implements Value {
    Str(String text) {
      this(text, false);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Str(var that, _) && text.equals(that);
    }

    @Override
    public int hashCode() {
      return text.hashCode();
    }

    @Override
    public String type() {
      return "str";
    }

    @Override
    public Shape shape() {
      return new Shape(0, 1 + text.length() / 64);
    }
  }

  /** A list; unlike Python's it never changes, as the sandbox has it. */
  record ListValue(List<Value> items, Shape shape) implements Value {
    ListValue(List<Value> items) {
      this(items, Shape.around(items));
    }

    @Override
    public String type() {
      return "list";
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ListValue that && items.equals(that.items);
    }

    @Override
    public int hashCode() {
      return items.hashCode();
    }
  }

  /** A tuple; its items may have names too, as those of groupby have. */
  record Tuple(List<Value> items, List<String> names, Shape shape) implements Value {
    Tuple(List<Value> items) {
      this(items, List.of(), Shape.around(items));
    }

    Tuple(List<Value> items, List<String> names) {
      this(items, names, Shape.around(items));
    }

    @Override
    public String type() {
      return "tuple";
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Tuple that && items.equals(that.items);
    }

    @Override
    public int hashCode() {
      return 31 + items.hashCode();
    }
  }

  /** A dict in order of insertion. */
  record Dict(Map<Value, Value> entries, Shape shape) implements Value {
    Dict(Map<Value, Value> entries) {
      this(entries, Shape.around(entries.keySet()).beside(Shape.around(entries.values())));
    }

    @Override
    public String type() {
      return "dict";
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Dict that && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
      return entries.hashCode();
    }

    Optional<Value> get(String key) {
      return Optional.ofNullable(entries.get(new Str(key)));
    }
  }

  /** What {@code keys()}, {@code values()} and {@code items()} give. */
  record View(String type, List<Value> items, Shape shape) implements Value {
    View(String type, Collection<Value> items) {
      this(type, List.copyOf(items), Shape.around(items));
    }
  }

  /** An arithmetic progression that is not written out. */
  record Range(long start, long stop, long step, int size) implements Value {
    @Override
    public String type() {
      return "range";
    }

    Value at(int index) {
      return Value.of(start + index * step);
    }
  }

  /** Values that come one by one and once, as lazy filters give them. */
  record Generator(Iterator<Value> rest) implements Value {
    @Override
    public String type() {
      return "generator";
    }
  }

  /** A function, a bound method or a type. */
  record Function(String name, Body body) implements Value {
    /** What a call does. */
    @FunctionalInterface
    public interface Body {
      Value call(Arguments arguments, Interpreter interpreter);
    }

    @Override
    public String type() {
      return "function";
    }
  }

  /** An object of Jinja itself: namespace, loop, cycler. Equal only to itself. */
  non-sealed interface Thing extends Value {
    /** A named part, if there is one. */
    Optional<Value> attribute(String name, Interpreter interpreter);

    /** Calls it, if that can be done. */
    default Optional<Value> call(Arguments arguments, Interpreter interpreter) {
      return Optional.empty();
    }
  }

  /**
   * How far a walk over a value goes.
   *
   * @param depth levels of nesting below
   * @param weight values in all, shared ones counted as often as they are reached
   */
  record Shape(int depth, long weight) {
    static final Shape ONE = new Shape(0, 1);
    private static final long HEAVIEST = 4_000_000;

    static Shape around(Collection<Value> items) {
      int depth = 0;
      long weight = 1;
      for (Value item : items) {
        Shape inner = item.shape();
        depth = Math.max(depth, inner.depth);
        weight += inner.weight;
      }
      return new Shape(depth + 1, weight).checked();
    }

    Shape beside(Shape other) {
      return new Shape(Math.max(depth, other.depth), weight + other.weight).checked();
    }

    private Shape checked() {
      if (depth > Limits.NESTING) {
        throw TemplateError.limit(
            "a value nests deeper than %d levels", "一个值的嵌套超过 %d 层", Limits.NESTING);
      }
      if (weight > HEAVIEST) {
        throw TemplateError.limit("a value holds more than %d others", "一个值包含超过 %d 个值", HEAVIEST);
      }
      return this;
    }
  }

  /** A dict of plain names, for contexts. */
  static Dict dict(Map<String, Value> entries) {
    Map<Value, Value> map = LinkedHashMap.newLinkedHashMap(entries.size());
    entries.forEach((key, value) -> map.put(new Str(key), Objects.requireNonNull(value)));
    return new Dict(map);
  }
}
