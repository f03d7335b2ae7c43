package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Statement.Branch;
import io.zaohua.model.jinja.Statement.Target;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Runs statements: one walk over the tree, everything counted by the budget. */
final class Interpreter {
  /** How a statement ended. */
  private enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  private final Budget budget;
  private final Operators operators;
  private final Display display;
  private final Evaluator evaluator;
  private final Clock clock;

  /** Where the whole text is written, while a rendering runs. */
  private Optional<StringBuilder> whole = Optional.empty();

  private final List<Rendering.Span> answers = new ArrayList<>();

  /** The line of the statement being run, for errors. */
  private int line = 1;

  Interpreter(Limits limits, Clock clock) {
    this.budget = new Budget(limits);
    this.operators = new Operators(budget);
    this.display = new Display(budget);
    this.evaluator = new Evaluator(this);
    this.clock = clock;
  }

  Budget budget() {
    return budget;
  }

  Operators operators() {
    return operators;
  }

  Display display() {
    return display;
  }

  Clock clock() {
    return clock;
  }

  int line() {
    return line;
  }

  Value evaluate(Expression expression, Scope scope) {
    return evaluator.evaluate(expression, scope);
  }

  /** The attribute, method or item of a value that {@code .name} means. */
  Value attribute(Value of, String name) {
    return evaluator.attribute(of, name);
  }

  /** The item of a value that {@code [index]} means. */
  Value item(Value of, Value index) {
    return evaluator.item(of, index);
  }

  /** The whole text, and where in it the assistant speaks. */
  Rendering rendering(List<Statement> body, Scope scope) {
    StringBuilder out = new StringBuilder();
    whole = Optional.of(out);
    run(body, scope, out);
    return new Rendering(out.toString(), answers);
  }

  /** What a body writes. */
  String text(List<Statement> body, Scope scope) {
    StringBuilder out = new StringBuilder();
    run(body, scope, out);
    return out.toString();
  }

  private Flow run(List<Statement> body, Scope scope, StringBuilder out) {
    budget.enter();
    Flow flow = Flow.NEXT;
    for (Statement statement : body) {
      flow = run(statement, scope, out);
      if (flow != Flow.NEXT) {
        break;
      }
    }
    budget.leave();
    return flow;
  }

  private Flow run(Statement statement, Scope scope, StringBuilder out) {
    budget.step();
    line = statement.line();
    switch (statement) {
      case Statement.Data(_, var text) -> write(text, out);
      case Statement.Output(_, var expression) ->
          write(display.string(evaluate(expression, scope)), out);
      case Statement.If(_, var branches, var otherwise) -> {
        for (Branch branch : branches) {
          if (Operators.truth(evaluate(branch.condition(), scope))) {
            return run(branch.body(), scope, out);
          }
        }
        return run(otherwise, scope, out);
      }
      case Statement.For loop -> loop(loop, evaluate(loop.items(), scope), 0, scope, out);
      case Statement.Set(_, var target, var value) -> assign(target, evaluate(value, scope), scope);
      case Statement.SetBlock(_, var target, var filters, var body) -> {
        Value value = Value.of(text(body, scope.inner()));
        assign(target, evaluator.filter(value, filters, scope), scope);
      }
      case Statement.DefineMacro(_, var signature) ->
          scope.set(signature.name(), new Macro(signature, scope));
      case Statement.CallBlock(_, var call, var caller) ->
          write(
              display.string(
                  evaluator.callWith((Expression.Call) call, new Macro(caller, scope), scope)),
              out);
      case Statement.FilterBlock(_, var filters, var body) -> {
        Value value = Value.of(text(body, scope.inner()));
        write(display.string(evaluator.filter(value, filters, scope)), out);
      }
      case Statement.With(_, var bindings, var body) -> {
        Scope inner = scope.inner();
        bindings.forEach(b -> assign(b.target(), evaluate(b.value(), scope), inner));
        return run(body, inner, out);
      }
      case Statement.Generation(_, var body) -> {
        String answer = text(body, scope.inner());
        int start = out.length();
        write(answer, out);
        // Inside a macro or a set block the place in the whole text is not known.
        if (whole.filter(w -> w == out).isPresent() && !answer.isEmpty()) {
          answers.add(new Rendering.Span(start, out.length()));
        }
      }
      case Statement.Do(_, var expression) -> evaluate(expression, scope);
      case Statement.Break _ -> {
        return Flow.BREAK;
      }
      case Statement.Continue _ -> {
        return Flow.CONTINUE;
      }
    }
    return Flow.NEXT;
  }

  private void write(String text, StringBuilder out) {
    budget.characters(text.length());
    out.append(text);
  }

  private void loop(
      Statement.For statement, Value items, int depth, Scope scope, StringBuilder out) {
    Iterator<Value> source = operators.iterate(items);
    if (statement.condition().isPresent()) {
      source = filtered(statement, statement.condition().get(), source, scope);
    }
    Optional<Loop.Recursion> recursion =
        statement.recursive()
            ? Optional.of(
                (inner, level) -> {
                  StringBuilder text = new StringBuilder();
                  budget.enter();
                  loop(statement, inner, level, scope, text);
                  budget.leave();
                  return Value.of(text.toString());
                })
            : Optional.empty();
    Loop loop = new Loop(source, depth, recursion);
    boolean empty = true;
    while (loop.hasNext()) {
      empty = false;
      Scope inner = scope.inner();
      inner.set("loop", loop);
      assign(statement.target(), loop.next(), inner);
      if (run(statement.body(), inner, out) == Flow.BREAK) {
        break;
      }
    }
    if (empty) {
      run(statement.otherwise(), scope.inner(), out);
    }
  }

  /** The items for which the condition holds, asked for one by one. */
  private Iterator<Value> filtered(
      Statement.For statement, Expression condition, Iterator<Value> source, Scope scope) {
    return new Iterator<>() {
      private Optional<Value> found = Optional.empty();

      @Override
      public boolean hasNext() {
        while (found.isEmpty() && source.hasNext()) {
          Value candidate = source.next();
          Scope inner = scope.inner();
          assign(statement.target(), candidate, inner);
          if (Operators.truth(evaluate(condition, inner))) {
            found = Optional.of(candidate);
          }
        }
        return found.isPresent();
      }

      @Override
      public Value next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Value value = found.orElseThrow();
        found = Optional.empty();
        return value;
      }
    };
  }

  private void assign(Target target, Value value, Scope scope) {
    switch (target) {
      case Target.Variable(var name) -> scope.set(name, value);
      case Target.Field(var name, var attribute) -> {
        if (!(scope.find(name).orElse(Value.None.NONE) instanceof Namespace namespace)) {
          throw TemplateError.of(
              "%s.%s cannot be set: %s is no namespace",
              "不能设置 %s.%s:%s 不是命名空间", name, attribute, name);
        }
        namespace.set(attribute, value);
      }
      case Target.Several(var targets) -> {
        List<Value> values = operators.items(value);
        if (values.size() != targets.size()) {
          throw TemplateError.of(
              "%d names are given %d values", "%d 个名称对应 %d 个值", targets.size(), values.size());
        }
        for (int i = 0; i < targets.size(); i++) {
          assign(targets.get(i), values.get(i), scope);
        }
      }
    }
  }

  /** The arguments of a call, evaluated. */
  Arguments arguments(Expression.ArgumentList list, Scope scope) {
    List<Value> positional = new ArrayList<>();
    list.positional().forEach(e -> positional.add(evaluate(e, scope)));
    list.spreadList().ifPresent(e -> positional.addAll(operators.items(evaluate(e, scope))));
    Map<String, Value> named = new LinkedHashMap<>();
    list.named().forEach(n -> named.put(n.name(), evaluate(n.value(), scope)));
    list.spreadDict()
        .ifPresent(
            e -> {
              if (evaluate(e, scope) instanceof Value.Dict dict) {
                dict.entries().forEach((key, value) -> named.put(display.string(key), value));
              } else {
                throw TemplateError.of("** needs a dict", "** 需要一个字典");
              }
            });
    return new Arguments(positional, named);
  }
}
