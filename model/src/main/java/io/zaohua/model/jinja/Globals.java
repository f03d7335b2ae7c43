package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Value.Dict;
import io.zaohua.model.jinja.Value.Function;
import io.zaohua.model.jinja.Value.Range;
import io.zaohua.model.jinja.Value.Thing;
import java.math.BigInteger;
import java.time.ZonedDateTime;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The functions every template knows. */
final class Globals {
  private static final Map<String, Function> FUNCTIONS =
      Map.of(
          "range", new Function("range", Globals::range),
          "dict", new Function("dict", Globals::dict),
          "namespace", new Function("namespace", Globals::namespace),
          "joiner", new Function("joiner", Globals::joiner),
          "cycler", new Function("cycler", Globals::cycler),
          "raise_exception", new Function("raise_exception", Globals::raise),
          "strftime_now", new Function("strftime_now", Globals::now));

  private Globals() {}

  static Optional<Value> find(String name) {
    return Optional.ofNullable(FUNCTIONS.get(name));
  }

  private static Value range(Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("range", "start", "stop?", "step?");
    Optional<Value> stop = bound.find("stop");
    BigInteger from = stop.isPresent() ? Numbers.integer(bound.get("start")) : BigInteger.ZERO;
    BigInteger to = Numbers.integer(stop.orElse(bound.get("start")));
    BigInteger step = bound.find("step").map(Numbers::integer).orElse(BigInteger.ONE);
    if (step.signum() == 0) {
      throw TemplateError.of("range cannot step by zero", "range 的步长不能为零");
    }
    BigInteger span =
        (step.signum() > 0 ? to.subtract(from) : from.subtract(to)).max(BigInteger.ZERO);
    BigInteger size = span.add(step.abs()).subtract(BigInteger.ONE).divide(step.abs());
    boolean large =
        from.bitLength() > 60 || to.bitLength() > 60 || step.bitLength() > 40 && size.signum() > 0;
    if (large || size.compareTo(BigInteger.valueOf(Limits.RANGE)) > 0) {
      throw TemplateError.limit("a range has more than %d numbers", "range 超过 %d 个数", Limits.RANGE);
    }
    return new Range(from.longValue(), to.longValue(), step.longValue(), size.intValue());
  }

  private static Value dict(Arguments arguments, Interpreter interpreter) {
    Operators operators = interpreter.operators();
    Map<Value, Value> entries = new LinkedHashMap<>();
    if (!arguments.positional().isEmpty()) {
      Value first = new Arguments(arguments.positional(), Map.of()).bind("dict", "of").get("of");
      if (first instanceof Dict dict) {
        entries.putAll(dict.entries());
      } else {
        Iterator<Value> pairs = operators.iterate(first);
        while (pairs.hasNext()) {
          List<Value> pair = operators.items(pairs.next());
          if (pair.size() != 2) {
            throw TemplateError.of("dict needs pairs", "dict 需要成对的值");
          }
          entries.put(operators.key(pair.get(0)), pair.get(1));
        }
      }
    }
    arguments.named().forEach((name, value) -> entries.put(Value.of(name), value));
    interpreter.budget().steps(2L * entries.size());
    return new Dict(entries);
  }

  private static Value namespace(Arguments arguments, Interpreter interpreter) {
    Namespace namespace = new Namespace();
    if (dict(arguments, interpreter) instanceof Dict dict) {
      dict.entries()
          .forEach((name, value) -> namespace.set(interpreter.display().string(name), value));
    }
    return namespace;
  }

  private static Value raise(Arguments arguments, Interpreter interpreter) {
    Value message = arguments.bind("raise_exception", "message").get("message");
    throw TemplateError.raised(interpreter.display().string(message));
  }

  private static Value now(Arguments arguments, Interpreter interpreter) {
    String format = arguments.bind("strftime_now", "format").text("format");
    String text = TimeFormat.format(format, ZonedDateTime.now(interpreter.clock()));
    interpreter.budget().characters(text.length());
    return Value.of(text);
  }

  private static Value joiner(Arguments arguments, Interpreter interpreter) {
    return new Joiner(arguments.bind("joiner", "sep?").find("sep").orElse(Value.of(", ")));
  }

  private static Value cycler(Arguments arguments, Interpreter interpreter) {
    if (arguments.positional().isEmpty()) {
      throw TemplateError.of("cycler has nothing to choose from", "cycler 没有可选的值");
    }
    return new Cycler(arguments.positional());
  }

  /** Gives nothing when first called, then its separator. */
  private static final class Joiner implements Thing {
    private final Value separator;
    private boolean used;

    Joiner(Value separator) {
      this.separator = separator;
    }

    @Override
    public Optional<Value> attribute(String name, Interpreter interpreter) {
      return Optional.empty();
    }

    @Override
    public Optional<Value> call(Arguments arguments, Interpreter interpreter) {
      Value now = used ? separator : Value.of("");
      used = true;
      return Optional.of(now);
    }

    @Override
    public String type() {
      return "Joiner";
    }
  }

  /** Goes round its values. */
  private static final class Cycler implements Thing {
    private final List<Value> values;
    private int at;

    Cycler(List<Value> values) {
      this.values = values;
    }

    @Override
    public Optional<Value> attribute(String name, Interpreter interpreter) {
      return switch (name) {
        case "current" -> Optional.of(values.get(at));
        case "next" ->
            Optional.of(
                new Function(
                    "next",
                    (_, _) -> {
                      Value value = values.get(at);
                      at = (at + 1) % values.size();
                      return value;
                    }));
        case "reset" ->
            Optional.of(
                new Function(
                    "reset",
                    (_, _) -> {
                      at = 0;
                      return Value.None.NONE;
                    }));
        default -> Optional.empty();
      };
    }

    @Override
    public String type() {
      return "Cycler";
    }
  }
}
