package io.zaohua.model.jinja;

import io.zaohua.model.Message;
import io.zaohua.model.jinja.Value.Thing;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The variable {@code loop}: where a for loop stands. Looks ahead only as far as it is asked. */
final class Loop implements Thing {
  /** Runs the loop's body over other items, one level down. */
  @FunctionalInterface
  interface Recursion {
    Value over(Value items, int depth);
  }

  private final Iterator<Value> rest;
  private final List<Value> ahead = new ArrayList<>();
  private final int depth;
  private final Optional<Recursion> recursion;
  private int index0 = -1;
  private Optional<Value> previous = Optional.empty();
  private Optional<Value> current = Optional.empty();
  private Optional<List<Value>> changed = Optional.empty();

  Loop(Iterator<Value> rest, int depth, Optional<Recursion> recursion) {
    this.rest = rest;
    this.depth = depth;
    this.recursion = recursion;
  }

  boolean hasNext() {
    return !ahead.isEmpty() || rest.hasNext();
  }

  Value next() {
    previous = current;
    Value value = ahead.isEmpty() ? rest.next() : ahead.removeFirst();
    current = Optional.of(value);
    index0++;
    return value;
  }

  int length() {
    rest.forEachRemaining(ahead::add);
    return index0 + 1 + ahead.size();
  }

  boolean truth() {
    return length() > 0;
  }

  String shown() {
    return "<LoopContext " + (index0 + 1) + "/" + length() + ">";
  }

  private Optional<Value> following() {
    if (ahead.isEmpty() && rest.hasNext()) {
      ahead.add(rest.next());
    }
    return ahead.isEmpty() ? Optional.empty() : Optional.of(ahead.getFirst());
  }

  @Override
  public Optional<Value> attribute(String name, Interpreter interpreter) {
    return switch (name) {
      case "index" -> Optional.of(Value.of(index0 + 1));
      case "index0" -> Optional.of(Value.of(index0));
      case "first" -> Optional.of(Value.of(index0 == 0));
      case "last" -> Optional.of(Value.of(following().isEmpty()));
      case "length" -> Optional.of(Value.of(length()));
      case "revindex" -> Optional.of(Value.of(length() - index0));
      case "revindex0" -> Optional.of(Value.of(length() - index0 - 1));
      case "depth" -> Optional.of(Value.of(depth + 1));
      case "depth0" -> Optional.of(Value.of(depth));
      case "previtem" ->
          Optional.of(
              previous.orElse(
                  new Value.Undefined(Message.of("there is no previous item", "没有上一项"))));
      case "nextitem" ->
          Optional.of(
              following()
                  .orElse(new Value.Undefined(Message.of("there is no next item", "没有下一项"))));
      case "cycle" -> Optional.of(new Value.Function("cycle", (arguments, _) -> cycle(arguments)));
      case "changed" ->
          Optional.of(new Value.Function("changed", (arguments, _) -> changed(arguments)));
      default -> Optional.empty();
    };
  }

  private Value cycle(Arguments arguments) {
    List<Value> values = arguments.positional();
    if (values.isEmpty()) {
      throw TemplateError.of("cycle has nothing to choose from", "cycle 没有可选的值");
    }
    return values.get(index0 % values.size());
  }

  private Value changed(Arguments arguments) {
    Optional<List<Value>> now = Optional.of(arguments.positional());
    boolean different = !changed.equals(now);
    changed = now;
    return Value.of(different);
  }

  @Override
  public Optional<Value> call(Arguments arguments, Interpreter interpreter) {
    return recursion.map(
        r -> r.over(arguments.bind("loop", "iterable").get("iterable"), depth + 1));
  }

  @Override
  public String type() {
    return "LoopContext";
  }
}
