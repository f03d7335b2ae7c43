package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Expression.FilterStep;
import java.util.List;
import java.util.Optional;

/** What a template does; each knows its line. */
sealed interface Statement {
  int line();

  record Data(int line, String text) implements Statement {}

  record Output(int line, Expression expression) implements Statement {}

  record If(int line, List<Branch> branches, List<Statement> otherwise) implements Statement {}

  record For(
      int line,
      Target target,
      Expression items,
      Optional<Expression> condition,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise)
      implements Statement {}

  record Set(int line, Target target, Expression value) implements Statement {}

  record SetBlock(int line, Target target, List<FilterStep> filters, List<Statement> body)
      implements Statement {}

  record DefineMacro(int line, Signature signature) implements Statement {}

  record CallBlock(int line, Expression call, Signature caller) implements Statement {}

  record FilterBlock(int line, List<FilterStep> filters, List<Statement> body)
      implements Statement {}

  record With(int line, List<Binding> bindings, List<Statement> body) implements Statement {}

  /** What the assistant said, between generation and endgeneration. */
  record Generation(int line, List<Statement> body) implements Statement {}

  record Do(int line, Expression expression) implements Statement {}

  record Break(int line) implements Statement {}

  record Continue(int line) implements Statement {}

  /** One if or elif. */
  record Branch(Expression condition, List<Statement> body) {}

  /** A name bound by with. */
  record Binding(Target target, Expression value) {}

  /**
   * A macro, or the body of a call block.
   *
   * @param usesVarargs whether the body reads {@code varargs}, and so takes any number of arguments
   * @param usesKwargs the same for {@code kwargs}
   * @param usesCaller the same for {@code caller}
   */
  record Signature(
      String name,
      List<Parameter> parameters,
      List<Statement> body,
      boolean usesVarargs,
      boolean usesKwargs,
      boolean usesCaller) {}

  /** A macro's parameter. */
  record Parameter(String name, Optional<Expression> fallback) {}

  /** What an assignment writes to. */
  sealed interface Target {
    record Variable(String name) implements Target {}

    record Field(String name, String attribute) implements Target {}

    record Several(List<Target> targets) implements Target {}
  }
}
