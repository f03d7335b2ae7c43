package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Value.Bool;
import io.zaohua.model.jinja.Value.Dict;
import io.zaohua.model.jinja.Value.Function;
import io.zaohua.model.jinja.Value.Generator;
import io.zaohua.model.jinja.Value.Int;
import io.zaohua.model.jinja.Value.ListValue;
import io.zaohua.model.jinja.Value.None;
import io.zaohua.model.jinja.Value.Range;
import io.zaohua.model.jinja.Value.Real;
import io.zaohua.model.jinja.Value.Str;
import io.zaohua.model.jinja.Value.Thing;
import io.zaohua.model.jinja.Value.Tuple;
import io.zaohua.model.jinja.Value.Undefined;
import io.zaohua.model.jinja.Value.View;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;

/** Values as Python's {@code str()} and {@code repr()} write them. */
final class Display {
  private final Budget budget;

  Display(Budget budget) {
    this.budget = budget;
  }

  /** {@code str()}: texts as they are, missing values as nothing. */
  String string(Value value) {
    return switch (value) {
      case Str(var text, _) -> text;
      case Undefined _ -> "";
      case None _, Bool _, Int _, Real _ -> scalar(value);
      case ListValue _, Tuple _, Dict _, View _, Range _, Generator _, Function _, Thing _ ->
          repr(value);
    };
  }

  String repr(Value value) {
    StringBuilder out = new StringBuilder();
    write(value, out, 0);
    return budget.text(out);
  }

  private void write(Value value, StringBuilder out, int depth) {
    budget.step();
    if (depth > Limits.NESTING) {
      throw TemplateError.limit(
          "a value nests deeper than %d levels", "一个值的嵌套超过 %d 层", Limits.NESTING);
    }
    if (out.length() > Limits.SOURCE) {
      budget.characters(out.length());
    }
    switch (value) {
      case Str(var text, _) -> quote(text, out);
      case None _, Bool _, Int _, Real _, Undefined _ -> out.append(scalar(value));
      case ListValue list -> items("[", list.items(), "]", out, depth);
      case Tuple tuple ->
          items("(", tuple.items(), tuple.items().size() == 1 ? ",)" : ")", out, depth);
      case Dict dict -> entries(dict.entries(), out, depth);
      case View view -> items(view.type() + "([", view.items(), "])", out, depth);
      case Range range -> range(range, out);
      case Namespace namespace -> {
        out.append("<Namespace ");
        entries(namespace.asDict(), out, depth);
        out.append('>');
      }
      case Loop loop -> out.append(loop.shown());
      case Generator _ -> out.append("<generator object>");
      case Function(var name, _) -> out.append("<function ").append(name).append('>');
      case Thing thing -> out.append('<').append(thing.type()).append(" object>");
    }
  }

  private static void range(Range range, StringBuilder out) {
    out.append("range(").append(range.start()).append(", ").append(range.stop());
    if (range.step() != 1) {
      out.append(", ").append(range.step());
    }
    out.append(')');
  }

  private void items(String open, List<Value> items, String close, StringBuilder out, int depth) {
    out.append(open);
    String separator = "";
    for (Value item : items) {
      out.append(separator);
      write(item, out, depth + 1);
      separator = ", ";
    }
    out.append(close);
  }

  private void entries(Map<Value, Value> entries, StringBuilder out, int depth) {
    out.append('{');
    String separator = "";
    for (var entry : entries.entrySet()) {
      out.append(separator);
      write(entry.getKey(), out, depth + 1);
      out.append(": ");
      write(entry.getValue(), out, depth + 1);
      separator = ", ";
    }
    out.append('}');
  }

  private static String scalar(Value value) {
    return switch (value) {
      case None _ -> "None";
      case Bool(var truth) -> truth ? "True" : "False";
      case Int(var number) -> number.toString();
      case Real(var number) -> real(number);
      default -> value.type();
    };
  }

  /** Python's repr of a float: the shortest digits that read back, exponent from 1e16 on. */
  static String real(double number) {
    if (Double.isNaN(number)) {
      return "nan";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
      return 1 / number < 0 ? "-0.0" : "0.0";
    }
    BigDecimal decimal = shortest(Math.abs(number));
    String digits = decimal.unscaledValue().toString();
    int exponent = digits.length() - decimal.scale() - 1;
    StringBuilder out = new StringBuilder(number < 0 ? "-" : "");
    if (exponent < -4 || exponent >= 16) {
      out.append(digits.charAt(0));
      if (digits.length() > 1) {
        out.append('.').append(digits, 1, digits.length());
      }
      out.append('e').append(exponent < 0 ? '-' : '+');
      return out.append(Math.abs(exponent) < 10 ? "0" : "").append(Math.abs(exponent)).toString();
    }
    String plain = decimal.toPlainString();
    return out.append(plain).append(plain.indexOf('.') < 0 ? ".0" : "").toString();
  }

  /** Java writes two digits where one would read back too; Python writes one. */
  private static BigDecimal shortest(double number) {
    BigDecimal decimal = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    BigDecimal one = decimal.round(new MathContext(1));
    return one.doubleValue() == number ? one.stripTrailingZeros() : decimal;
  }

  private static void quote(String text, StringBuilder out) {
    char mark = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(mark);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                  if (c == mark) {
                    out.append('\\').append(mark);
                  } else if (isPrintable(c)) {
                    out.appendCodePoint(c);
                  } else if (c < 256) {
                    out.append("\\x").append("%02x".formatted(c));
                  } else if (c < 65536) {
                    out.append("\\u").append("%04x".formatted(c));
                  } else {
                    out.append("\\U").append("%08x".formatted(c));
                  }
                }
              }
            });
    out.append(mark);
  }

  /** Python's isprintable: everything but control, format, private, unassigned and odd spaces. */
  static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }

  /** How messages name a value's type. */
  static String type(Value value) {
    return value instanceof None ? "None" : value.type();
  }
}
