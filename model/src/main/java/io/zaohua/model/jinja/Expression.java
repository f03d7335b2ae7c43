package io.zaohua.model.jinja;

import java.util.List;
import java.util.Optional;

/** What has a value. */
sealed interface Expression {
  record Literal(Value value) implements Expression {}

  record Name(String name) implements Expression {}

  record ListLiteral(List<Expression> items) implements Expression {}

  record TupleLiteral(List<Expression> items) implements Expression {}

  record DictLiteral(List<Entry> entries) implements Expression {}

  record Attribute(Expression of, String name) implements Expression {}

  record Item(Expression of, Expression index) implements Expression {}

  record Slice(
      Expression of, Optional<Expression> from, Optional<Expression> to, Optional<Expression> step)
      implements Expression {}

  record Call(Expression function, ArgumentList arguments) implements Expression {}

  record Filtered(Expression subject, FilterStep filter) implements Expression {}

  record Tested(Expression subject, String test, ArgumentList arguments, boolean negated)
      implements Expression {}

  record Negative(Expression of) implements Expression {}

  record Positive(Expression of) implements Expression {}

  record Not(Expression of) implements Expression {}

  record And(Expression left, Expression right) implements Expression {}

  record Or(Expression left, Expression right) implements Expression {}

  record Binary(BinaryOperator operator, Expression left, Expression right) implements Expression {}

  record Concatenation(List<Expression> parts) implements Expression {}

  record Comparison(Expression first, List<Link> links) implements Expression {}

  record Conditional(Expression then, Expression condition, Optional<Expression> otherwise)
      implements Expression {}

  /** A key with its value. */
  record Entry(Expression key, Expression value) {}

  /** One link of a chained comparison. */
  record Link(Relation relation, Expression right) {}

  /** What a comparison asks. */
  enum Relation {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    IN,
    NOT_IN
  }

  /** A filter's name and arguments. */
  record FilterStep(String name, ArgumentList arguments) {}

  /** The arguments of a call: in order, by name, and spread from a list or a dict. */
  record ArgumentList(
      List<Expression> positional,
      List<Named> named,
      Optional<Expression> spreadList,
      Optional<Expression> spreadDict) {
    static final ArgumentList EMPTY =
        new ArgumentList(List.of(), List.of(), Optional.empty(), Optional.empty());
  }

  /** An argument given by name. */
  record Named(String name, Expression value) {}
}
