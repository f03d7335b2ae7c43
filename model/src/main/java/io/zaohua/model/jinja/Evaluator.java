package io.zaohua.model.jinja;

import io.zaohua.model.Message;
import io.zaohua.model.jinja.Expression.And;
import io.zaohua.model.jinja.Expression.Attribute;
import io.zaohua.model.jinja.Expression.Binary;
import io.zaohua.model.jinja.Expression.Call;
import io.zaohua.model.jinja.Expression.Comparison;
import io.zaohua.model.jinja.Expression.Concatenation;
import io.zaohua.model.jinja.Expression.Conditional;
import io.zaohua.model.jinja.Expression.DictLiteral;
import io.zaohua.model.jinja.Expression.FilterStep;
import io.zaohua.model.jinja.Expression.Filtered;
import io.zaohua.model.jinja.Expression.Item;
import io.zaohua.model.jinja.Expression.Link;
import io.zaohua.model.jinja.Expression.ListLiteral;
import io.zaohua.model.jinja.Expression.Literal;
import io.zaohua.model.jinja.Expression.Name;
import io.zaohua.model.jinja.Expression.Negative;
import io.zaohua.model.jinja.Expression.Not;
import io.zaohua.model.jinja.Expression.Or;
import io.zaohua.model.jinja.Expression.Positive;
import io.zaohua.model.jinja.Expression.Slice;
import io.zaohua.model.jinja.Expression.Tested;
import io.zaohua.model.jinja.Expression.TupleLiteral;
import io.zaohua.model.jinja.Value.Dict;
import io.zaohua.model.jinja.Value.Function;
import io.zaohua.model.jinja.Value.ListValue;
import io.zaohua.model.jinja.Value.Range;
import io.zaohua.model.jinja.Value.Str;
import io.zaohua.model.jinja.Value.Thing;
import io.zaohua.model.jinja.Value.Tuple;
import io.zaohua.model.jinja.Value.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Gives expressions their values. */
final class Evaluator {
  private final Interpreter interpreter;
  private final Budget budget;
  private final Operators operators;

  Evaluator(Interpreter interpreter) {
    this.interpreter = interpreter;
    this.budget = interpreter.budget();
    this.operators = interpreter.operators();
  }

  Value evaluate(Expression expression, Scope scope) {
    budget.enter();
    Value value = of(expression, scope);
    budget.leave();
    return value;
  }

  private Value of(Expression expression, Scope scope) {
    return switch (expression) {
      case Literal(var value) -> value;
      case Name(var name) -> name(name, scope);
      case ListLiteral(var items) -> operators.list(values(items, scope));
      case TupleLiteral(var items) -> new Tuple(values(items, scope));
      case DictLiteral literal -> dict(literal, scope);
      case Attribute(var of, var name) -> attribute(evaluate(of, scope), name);
      case Item(var of, var index) -> item(evaluate(of, scope), evaluate(index, scope));
      case Slice slice -> slice(slice, scope);
      case Call(var function, var arguments) ->
          call(evaluate(function, scope), interpreter.arguments(arguments, scope));
      case Filtered(var subject, var filter) ->
          filter(evaluate(subject, scope), List.of(filter), scope);
      case Tested tested -> tested(tested, scope);
      case Negative(var of) -> Numbers.negate(number(evaluate(of, scope)));
      case Positive(var of) -> {
        Value value = number(evaluate(of, scope));
        yield value instanceof Value.Bool ? new Value.Int(Numbers.integer(value)) : value;
      }
      case Not(var of) -> Value.of(!Operators.truth(evaluate(of, scope)));
      case And(var left, var right) -> {
        Value first = evaluate(left, scope);
        yield Operators.truth(first) ? evaluate(right, scope) : first;
      }
      case Or(var left, var right) -> {
        Value first = evaluate(left, scope);
        yield Operators.truth(first) ? first : evaluate(right, scope);
      }
      case Binary(var operator, var left, var right) ->
          operators.calculate(operator, evaluate(left, scope), evaluate(right, scope));
      case Concatenation(var parts) -> concatenation(parts, scope);
      case Comparison comparison -> comparison(comparison, scope);
      case Conditional(var then, var condition, var otherwise) ->
          Operators.truth(evaluate(condition, scope))
              ? evaluate(then, scope)
              : otherwise
                  .map(e -> evaluate(e, scope))
                  .orElse(
                      new Undefined(
                          Message.of("an inline if without else was false", "没有 else 的行内 if 为假")));
    };
  }

  private static Value name(String name, Scope scope) {
    return scope
        .find(name)
        .or(() -> Globals.find(name))
        .orElseGet(() -> new Undefined(Message.of("%s is undefined", "%s 未定义", name)));
  }

  private List<Value> values(List<Expression> items, Scope scope) {
    List<Value> values = new ArrayList<>(items.size());
    items.forEach(item -> values.add(evaluate(item, scope)));
    return values;
  }

  private Value dict(DictLiteral literal, Scope scope) {
    Map<Value, Value> entries = new LinkedHashMap<>();
    literal
        .entries()
        .forEach(
            e -> entries.put(operators.key(evaluate(e.key(), scope)), evaluate(e.value(), scope)));
    return new Dict(entries);
  }

  /** Methods come before a dict's own keys, as in Jinja: {@code message.items} is the method. */
  Value attribute(Value of, String name) {
    Optional<Value> method = Methods.find(of, name);
    if (method.isPresent()) {
      return method.get();
    }
    Optional<Value> found =
        switch (of) {
          case Dict dict -> dict.get(name);
          case Thing thing -> thing.attribute(name, interpreter);
          case Tuple tuple when tuple.names().contains(name) ->
              Optional.of(tuple.items().get(tuple.names().indexOf(name)));
          default -> Optional.empty();
        };
    return found.orElseGet(() -> missing(of, name));
  }

  private static Value missing(Value of, String name) {
    Operators.defined(of);
    if (Methods.changes(of, name)) {
      return new Undefined(
          Message.of(
              "%s of a %s would change it, which the sandbox forbids",
              "%s 会修改 %s,沙箱不允许", name, of.type()));
    }
    return new Undefined(
        Message.of("a %s has no attribute %s", "%s 没有属性 %s", Display.type(of), name));
  }

  Value item(Value of, Value index) {
    Optional<Value> found =
        switch (of) {
          case Dict dict ->
              isKey(index)
                  ? Optional.ofNullable(dict.entries().get(operators.key(index)))
                  : Optional.empty();
          case ListValue list -> at(list.items(), index);
          case Tuple tuple -> at(tuple.items(), index);
          case Range range -> position(index, range.size()).map(range::at);
          case Str(var text, _) -> character(text, index);
          default -> Optional.empty();
        };
    if (found.isPresent()) {
      return found.get();
    }
    if (index instanceof Str(var name, _)) {
      Optional<Value> attribute =
          of instanceof Thing thing ? thing.attribute(name, interpreter) : Methods.find(of, name);
      if (attribute.isPresent()) {
        return attribute.get();
      }
      return missing(of, name);
    }
    Operators.defined(of);
    return new Undefined(
        Message.of(
            "a %s has no element %s",
            "%s 没有元素 %s",
            Display.type(of),
            Numbers.isNumber(index) ? interpreter.display().repr(index) : index.type()));
  }

  private static boolean isKey(Value index) {
    return !(index instanceof ListValue || index instanceof Dict);
  }

  private static Optional<Value> at(List<Value> items, Value index) {
    return position(index, items.size()).map(items::get);
  }

  private static Optional<Integer> position(Value index, int size) {
    if (!Numbers.isInteger(index)) {
      return Optional.empty();
    }
    long position = Numbers.clamped(index);
    position += position < 0 ? size : 0;
    return position >= 0 && position < size ? Optional.of((int) position) : Optional.empty();
  }

  private Optional<Value> character(String text, Value index) {
    budget.steps(text.length() >> 6);
    return position(index, Text.length(text))
        .map(i -> Value.of(Character.toString(text.codePointAt(Text.offset(text, i)))));
  }

  private Value slice(Slice slice, Scope scope) {
    Value of = evaluate(slice.of(), scope);
    Optional<Value> from = slice.from().map(e -> evaluate(e, scope));
    Optional<Value> to = slice.to().map(e -> evaluate(e, scope));
    Optional<Value> step = slice.step().map(e -> evaluate(e, scope));
    return Slices.of(of, from, to, step, interpreter);
  }

  Value call(Value function, Arguments arguments) {
    Operators.defined(function);
    Optional<Value> result =
        switch (function) {
          case Function(_, var body) -> Optional.of(body.call(arguments, interpreter));
          case Thing thing -> thing.call(arguments, interpreter);
          default -> Optional.empty();
        };
    return result.orElseThrow(
        () -> TemplateError.of("%s cannot be called", "无法调用 %s", Display.type(function)));
  }

  /** A call block's call: its body goes along as {@code caller}. */
  Value callWith(Call call, Macro caller, Scope scope) {
    Value function = evaluate(call.function(), scope);
    Arguments arguments = interpreter.arguments(call.arguments(), scope);
    Map<String, Value> named = new LinkedHashMap<>(arguments.named());
    named.put("caller", caller);
    return call(function, new Arguments(arguments.positional(), named));
  }

  Value filter(Value subject, List<FilterStep> filters, Scope scope) {
    Value value = subject;
    for (FilterStep step : filters) {
      Arguments arguments = interpreter.arguments(step.arguments(), scope);
      value = Filters.named(step.name()).apply(value, arguments, interpreter);
    }
    return value;
  }

  private Value tested(Tested tested, Scope scope) {
    Value subject = evaluate(tested.subject(), scope);
    Arguments arguments = interpreter.arguments(tested.arguments(), scope);
    boolean holds = Tests.named(tested.test()).holds(subject, arguments, interpreter);
    return Value.of(holds != tested.negated());
  }

  private Value concatenation(List<Expression> parts, Scope scope) {
    StringBuilder text = new StringBuilder();
    for (Expression part : parts) {
      text.append(interpreter.display().string(evaluate(part, scope)));
    }
    return Value.of(budget.text(text));
  }

  private Value comparison(Comparison comparison, Scope scope) {
    Value left = evaluate(comparison.first(), scope);
    for (Link link : comparison.links()) {
      Value right = evaluate(link.right(), scope);
      boolean holds =
          switch (link.relation()) {
            case EQUAL -> operators.equal(left, right);
            case NOT_EQUAL -> !operators.equal(left, right);
            case LESS -> operators.compare(left, right) < 0;
            case LESS_OR_EQUAL -> operators.compare(left, right) <= 0;
            case GREATER -> operators.compare(left, right) > 0;
            case GREATER_OR_EQUAL -> operators.compare(left, right) >= 0;
            case IN -> operators.contains(right, left);
            case NOT_IN -> !operators.contains(right, left);
          };
      if (!holds) {
        return Value.Bool.FALSE;
      }
      left = right;
    }
    return Value.Bool.TRUE;
  }

  private static Value number(Value value) {
    Operators.defined(value);
    if (!Numbers.isNumber(value)) {
      throw TemplateError.of("a number is needed, not %s", "需要数字,而不是 %s", Display.type(value));
    }
    return value;
  }
}
