package io.zaohua.model.jinja;

/** A test after {@code is}. */
@FunctionalInterface
interface Test {
  boolean holds(Value subject, Arguments arguments, Interpreter interpreter);
}
