package io.zaohua.model.jinja;

/** A filter: what it makes of a value. */
@FunctionalInterface
interface Filter {
  Value apply(Value subject, Arguments arguments, Interpreter interpreter);
}
