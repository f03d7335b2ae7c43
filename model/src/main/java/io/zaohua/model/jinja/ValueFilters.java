package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Value.Int;
import io.zaohua.model.jinja.Value.Real;
import io.zaohua.model.jinja.Value.Str;
import io.zaohua.model.jinja.Value.Undefined;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;

/** Filters over single values: numbers, defaults, JSON. */
final class ValueFilters {
  static final Map<String, Filter> ALL =
      Map.of(
          "default", ValueFilters::fallback,
          "d", ValueFilters::fallback,
          "int", ValueFilters::integer,
          "float", ValueFilters::real,
          "abs", ValueFilters::absolute,
          "round", ValueFilters::round,
          "attr", (subject, a, in) -> in.attribute(subject, a.bind("attr", "name").text("name")),
          "tojson", ValueFilters::json);

  private ValueFilters() {}

  private static Value fallback(Value subject, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("default", "default_value?", "boolean?");
    boolean replaced =
        subject instanceof Undefined || bound.truth("boolean", false) && !Operators.truth(subject);
    return replaced ? bound.find("default_value").orElse(Value.of("")) : subject;
  }

  private static Value json(Value subject, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound options =
        arguments.bind("tojson", "ensure_ascii?", "indent?", "separators?", "sort_keys?");
    return Value.of(Json.write(subject, interpreter, options));
  }

  private static Value integer(Value subject, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("int", "default?", "base?");
    Value fallback = bound.find("default").orElse(Value.of(0));
    Operators.defined(subject);
    if (subject instanceof Str(var text, _)) {
      return parse(text, bound.integer("base", 10))
          .or(() -> parseReal(text).filter(Double::isFinite).map(Numbers::truncate))
          .orElse(fallback);
    }
    if (subject instanceof Real(var number)) {
      return Double.isFinite(number) ? Numbers.truncate(number) : fallback;
    }
    return Numbers.isNumber(subject) ? new Int(Numbers.integer(subject)) : fallback;
  }

  private static Optional<Value> parse(String text, int base) {
    String digits = StringMethods.strip(text, Optional.empty(), true, true).replace("_", "");
    String bare = digits.startsWith("-") || digits.startsWith("+") ? digits.substring(1) : digits;
    int radix = base;
    for (var prefix : Map.of("0x", 16, "0o", 8, "0b", 2).entrySet()) {
      boolean has = bare.regionMatches(true, 0, prefix.getKey(), 0, 2);
      if (has && (base == 0 || base == prefix.getValue())) {
        radix = prefix.getValue();
        bare = bare.substring(2);
      }
    }
    int by = radix == 0 ? 10 : radix;
    boolean whole =
        by >= 2
            && by <= 36
            && !bare.isEmpty()
            && bare.length() <= 4300
            && bare.codePoints().allMatch(c -> Character.digit(c, by) >= 0);
    if (!whole) {
      return Optional.empty();
    }
    BigInteger number = new BigInteger(bare, by);
    return Optional.of(new Int(digits.startsWith("-") ? number.negate() : number));
  }

  private static Value real(Value subject, Arguments arguments, Interpreter interpreter) {
    Value fallback = arguments.bind("float", "default?").find("default").orElse(Value.of(0.0));
    Operators.defined(subject);
    if (subject instanceof Str(var text, _)) {
      return parseReal(text).map(Value::of).orElse(fallback);
    }
    return Numbers.isNumber(subject) ? Value.of(Numbers.real(subject)) : fallback;
  }

  private static Optional<Double> parseReal(String text) {
    String bare = StringMethods.strip(text, Optional.empty(), true, true).replace("_", "");
    return switch (bare.toLowerCase(java.util.Locale.ROOT)) {
      case "nan", "+nan", "-nan" -> Optional.of(Double.NaN);
      case "inf", "+inf", "infinity", "+infinity" -> Optional.of(Double.POSITIVE_INFINITY);
      case "-inf", "-infinity" -> Optional.of(Double.NEGATIVE_INFINITY);
      default -> {
        // Java would also read a type suffix and hexadecimal.
        boolean plain = bare.chars().allMatch(c -> "0123456789.eE+-".indexOf(c) >= 0);
        try {
          yield plain && bare.length() <= 4300
              ? Optional.of(Double.valueOf(bare))
              : Optional.empty();
        } catch (NumberFormatException _) {
          yield Optional.empty();
        }
      }
    };
  }

  private static Value number(Value value, String filter) {
    Operators.defined(value);
    if (!Numbers.isNumber(value)) {
      throw TemplateError.of(
          "%s needs a number, not %s", "%s 需要数字,而不是 %s", filter, Display.type(value));
    }
    return value;
  }

  private static Value absolute(Value subject, Arguments arguments, Interpreter interpreter) {
    return number(subject, "abs") instanceof Real(var number)
        ? Value.of(Math.abs(number))
        : new Int(Numbers.integer(subject).abs());
  }

  private static Value round(Value subject, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("round", "precision?", "method?");
    number(subject, "round");
    int precision = Math.clamp(bound.integer("precision", 0), -400, 400);
    return switch (bound.text("method", "common")) {
      case "common" -> Numbers.round(subject, precision);
      case "ceil" -> towards(subject, precision, RoundingMode.CEILING);
      case "floor" -> towards(subject, precision, RoundingMode.FLOOR);
      default ->
          throw TemplateError.of(
              "round goes by common, ceil or floor", "round 的方法应为 common、ceil 或 floor");
    };
  }

  /** As Jinja does it: scaled, rounded, scaled back, always a float. */
  private static Value towards(Value subject, int precision, RoundingMode mode) {
    double scale = Math.pow(10, precision);
    double scaled = Numbers.real(subject) * scale;
    if (!Double.isFinite(scaled)) {
      return Value.of(scaled);
    }
    return Value.of(new BigDecimal(scaled).setScale(0, mode).doubleValue() / scale);
  }
}
