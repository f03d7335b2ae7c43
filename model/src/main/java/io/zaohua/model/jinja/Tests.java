package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Value.Bool;
import io.zaohua.model.jinja.Value.Dict;
import io.zaohua.model.jinja.Value.Function;
import io.zaohua.model.jinja.Value.Int;
import io.zaohua.model.jinja.Value.ListValue;
import io.zaohua.model.jinja.Value.None;
import io.zaohua.model.jinja.Value.Range;
import io.zaohua.model.jinja.Value.Real;
import io.zaohua.model.jinja.Value.Str;
import io.zaohua.model.jinja.Value.Tuple;
import io.zaohua.model.jinja.Value.Undefined;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** All tests by name. */
final class Tests {
  private static final Map<String, Test> ALL = new HashMap<>();

  static {
    kind("defined", value -> !(value instanceof Undefined));
    kind("undefined", value -> value instanceof Undefined);
    kind("none", value -> value instanceof None);
    kind("boolean", value -> value instanceof Bool);
    kind("true", value -> value instanceof Bool(var truth) && truth);
    kind("false", value -> value instanceof Bool(var truth) && !truth);
    kind("integer", value -> value instanceof Int);
    kind("float", value -> value instanceof Real);
    kind("number", Numbers::isNumber);
    kind("string", value -> value instanceof Str);
    kind("mapping", value -> value instanceof Dict);
    kind("iterable", Operators::isIterable);
    kind("sequence", Tests::isSequence);
    kind(
        "callable",
        value ->
            value instanceof Function
                || value instanceof Macro
                || value instanceof Undefined
                || value instanceof Loop);
    kind("escaped", value -> value instanceof Str(_, var markup) && markup);
    ALL.put("upper", (s, _, in) -> StringCase.isUpper(in.display().string(s)));
    ALL.put("lower", (s, _, in) -> StringCase.isLower(in.display().string(s)));
    kind("odd", value -> remainder(value, Value.of(2)).equals(Value.of(1)));
    kind("even", value -> remainder(value, Value.of(2)).equals(Value.of(0)));
    pair("divisibleby", (left, right) -> remainder(left, right).equals(Value.of(0)));
    pair("sameas", Tests::same);
    ALL.put("in", (s, a, in) -> in.operators().contains(other(a), s));
    ALL.put("filter", (s, _, in) -> Filters.exists(in.display().string(s)));
    ALL.put("test", (s, _, in) -> exists(in.display().string(s)));
    Test equal = (s, a, in) -> in.operators().equal(s, other(a));
    named(equal, "eq", "equalto", "==");
    named((s, a, in) -> !equal.holds(s, a, in), "ne", "!=");
    named((s, a, in) -> in.operators().compare(s, other(a)) > 0, "gt", "greaterthan", ">");
    named((s, a, in) -> in.operators().compare(s, other(a)) >= 0, "ge", ">=");
    named((s, a, in) -> in.operators().compare(s, other(a)) < 0, "lt", "lessthan", "<");
    named((s, a, in) -> in.operators().compare(s, other(a)) <= 0, "le", "<=");
  }

  private Tests() {}

  private static boolean exists(String name) {
    return ALL.containsKey(name);
  }

  private static void kind(String name, Predicate<Value> is) {
    ALL.put(name, (subject, _, _) -> is.test(subject));
  }

  private static void pair(String name, BiPredicate<Value, Value> holds) {
    ALL.put(name, (subject, arguments, _) -> holds.test(subject, other(arguments)));
  }

  private static void named(Test test, String... names) {
    for (String name : names) {
      ALL.put(name, test);
    }
  }

  private static Value other(Arguments arguments) {
    return arguments.bind("a test", "other").get("other");
  }

  static Test named(String name) {
    Test test = ALL.get(name);
    if (test == null) {
      throw TemplateError.of("there is no test %s", "没有测试 %s", name);
    }
    return test;
  }

  private static boolean isSequence(Value value) {
    return value instanceof Str
        || value instanceof ListValue
        || value instanceof Tuple
        || value instanceof Dict
        || value instanceof Range
        || value instanceof Undefined;
  }

  private static Value remainder(Value left, Value right) {
    Operators.defined(left);
    if (!Numbers.isNumber(left) || !Numbers.isNumber(right)) {
      throw TemplateError.of(
          "a remainder needs numbers, not %s", "余数需要数字,而不是 %s", Display.type(left));
    }
    return Numbers.calculate(BinaryOperator.MODULO, left, right);
  }

  /** Identity; small values that are equal and of one type are one object in Python too. */
  @SuppressWarnings("ReferenceEquality") // Identity is what sameas asks for.
  private static boolean same(Value left, Value right) {
    return left == right
        || left.getClass() == right.getClass()
            && (left instanceof Bool
                || left instanceof None
                || left instanceof Str
                || left instanceof Int)
            && left.equals(right);
  }
}
