package io.zaohua.model.jinja;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Supplier;

/** Values made one by one when asked for; made inside each other, they count as nested. */
final class Lazy implements Iterator<Value> {
  private final Budget budget;
  private final Supplier<Optional<Value>> source;
  private Optional<Value> next = Optional.empty();
  private boolean done;

  private Lazy(Budget budget, Supplier<Optional<Value>> source) {
    this.budget = budget;
    this.source = source;
  }

  /** A generator over a source that gives nothing when it has no more. */
  static Value.Generator of(Interpreter interpreter, Supplier<Optional<Value>> source) {
    return new Value.Generator(new Lazy(interpreter.budget(), source));
  }

  @Override
  public boolean hasNext() {
    if (next.isEmpty() && !done) {
      budget.enter();
      next = source.get();
      done = next.isEmpty();
      budget.leave();
    }
    return next.isPresent();
  }

  @Override
  public Value next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Value value = next.orElseThrow();
    next = Optional.empty();
    return value;
  }
}
