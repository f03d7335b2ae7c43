package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Value.Int;
import io.zaohua.model.jinja.Value.Real;
import java.util.Optional;

/** Python's {@code 'text {}'.format(values)}: fields, attributes, conversions and format specs. */
final class BraceFormat {
  private final Interpreter interpreter;
  private int automatic;

  BraceFormat(Interpreter interpreter) {
    this.interpreter = interpreter;
  }

  String format(String format, Arguments arguments) {
    return format(format, arguments, 2);
  }

  private String format(String format, Arguments arguments, int depth) {
    if (depth == 0) {
      throw TemplateError.of("a format nests too deeply", "格式嵌套太深");
    }
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < format.length()) {
      char c = format.charAt(at++);
      boolean doubled = at < format.length() && format.charAt(at) == c;
      if (c != '{' && c != '}') {
        out.append(c);
      } else if (doubled) {
        out.append(c);
        at++;
      } else if (c == '}') {
        throw TemplateError.of("a format has a single }", "格式中有单独的 }");
      } else {
        int end = end(format, at);
        out.append(field(format.substring(at, end), arguments, depth));
        at = end + 1;
      }
    }
    return interpreter.budget().text(out);
  }

  private static int end(String format, int from) {
    int open = 1;
    for (int i = from; i < format.length(); i++) {
      open += format.charAt(i) == '{' ? 1 : format.charAt(i) == '}' ? -1 : 0;
      if (open == 0) {
        return i;
      }
    }
    throw TemplateError.of("a format has a single {", "格式中有单独的 {");
  }

  private String field(String field, Arguments arguments, int depth) {
    int colon = field.indexOf(':');
    String head = colon < 0 ? field : field.substring(0, colon);
    String spec = colon < 0 ? "" : field.substring(colon + 1);
    int bang = head.indexOf('!');
    String name = bang < 0 ? head : head.substring(0, bang);
    Value value = lookup(name, arguments);
    if (bang >= 0) {
      value =
          Value.of(
              head.endsWith("!r")
                  ? interpreter.display().repr(value)
                  : interpreter.display().string(value));
    }
    return spec(value, spec.isEmpty() ? spec : format(spec, arguments, depth - 1));
  }

  private Value lookup(String name, Arguments arguments) {
    int end = 0;
    while (end < name.length() && ".[".indexOf(name.charAt(end)) < 0) {
      end++;
    }
    String first = name.substring(0, end);
    Value value = first.isEmpty() ? at(automatic++, arguments) : first(first, arguments);
    int at = end;
    while (at < name.length()) {
      boolean item = name.charAt(at) == '[';
      int stop = at + 1;
      while (stop < name.length() && (item ? "]" : ".[").indexOf(name.charAt(stop)) < 0) {
        stop++;
      }
      String part = name.substring(at + 1, stop);
      value =
          item
              ? interpreter.item(value, number(part).map(Value::of).orElse(Value.of(part)))
              : interpreter.attribute(value, part);
      at = item ? stop + 1 : stop;
    }
    return value;
  }

  private static Value first(String name, Arguments arguments) {
    Optional<Long> position = number(name);
    if (position.isPresent()) {
      return at((int) Math.min(position.get(), Integer.MAX_VALUE), arguments);
    }
    Value value = arguments.named().get(name);
    if (value == null) {
      throw TemplateError.of("the format's key %s is missing", "缺少格式中的键 %s", name);
    }
    return value;
  }

  private static Optional<Long> number(String text) {
    boolean digits =
        !text.isEmpty() && text.length() < 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return digits ? Optional.of(Long.valueOf(text)) : Optional.empty();
  }

  private static Value at(int index, Arguments arguments) {
    if (index >= arguments.positional().size()) {
      throw TemplateError.of("a format has more places than values", "格式的位置多于值");
    }
    return arguments.positional().get(index);
  }

  /** [[fill]align][sign][#][0][width][grouping][.precision][type]. */
  private String spec(Value value, String spec) {
    String fill = " ";
    char align = Numbers.isNumber(value) ? '>' : '<';
    int at = 0;
    if (spec.length() > 1 && "<>^=".indexOf(spec.charAt(1)) >= 0) {
      fill = spec.substring(0, 1);
      align = spec.charAt(1);
      at = 2;
    } else if (!spec.isEmpty() && "<>^=".indexOf(spec.charAt(0)) >= 0) {
      align = spec.charAt(0);
      at = 1;
    }
    char sign = '-';
    if (at < spec.length() && "+- ".indexOf(spec.charAt(at)) >= 0) {
      sign = spec.charAt(at++);
    }
    boolean prefix = at < spec.length() && spec.charAt(at) == '#';
    at += prefix ? 1 : 0;
    if (at < spec.length() && spec.charAt(at) == '0') {
      at++;
      if (spec.length() < 2 || "<>^=".indexOf(spec.charAt(1)) < 0) {
        fill = "0";
        align = Numbers.isNumber(value) ? '=' : align;
      }
    }
    int digits = digits(spec, at);
    int width = digits == at ? 0 : Integer.parseInt(spec.substring(at, digits));
    at = digits;
    char grouping = ' ';
    if (at < spec.length() && ",_".indexOf(spec.charAt(at)) >= 0) {
      grouping = spec.charAt(at++);
    }
    int precision = -1;
    if (at < spec.length() && spec.charAt(at) == '.') {
      digits = digits(spec, at + 1);
      precision = digits == at + 1 ? 0 : Integer.parseInt(spec.substring(at + 1, digits));
      at = digits;
    }
    char kind = at < spec.length() ? spec.charAt(at++) : ' ';
    if (at < spec.length()) {
      throw TemplateError.of("the format %s is not valid", "格式 %s 无效", spec);
    }
    String body = body(value, kind, precision, prefix);
    if (grouping != ' ') {
      body = NumberFormat.grouped(body, grouping);
    }
    String signed = "";
    if (Numbers.isNumber(value) && kind != 's') {
      signed = NumberFormat.isNegative(value) ? "-" : sign == '-' ? "" : Character.toString(sign);
    }
    return aligned(signed, body, fill, align, width);
  }

  private static int digits(String spec, int from) {
    int end = from;
    while (end < spec.length() && end < from + 9 && Character.digit(spec.charAt(end), 10) >= 0) {
      end++;
    }
    return end;
  }

  private String body(Value value, char kind, int precision, boolean prefix) {
    boolean number = value instanceof Int || value instanceof Real;
    if (number || Numbers.isNumber(value) && kind != ' ') {
      return switch (kind) {
        case ' ' -> {
          if (value instanceof Real(var real)) {
            yield precision < 0
                ? Display.real(Math.abs(real))
                : NumberFormat.real(value, 'g', precision);
          }
          yield NumberFormat.integer(value, 'd');
        }
        case 'd', 'n', 'x', 'X', 'o', 'b' ->
            (prefix && kind != 'd' ? "0" + kind : "") + NumberFormat.integer(value, kind);
        case 'f', 'F', 'e', 'E', 'g', 'G' ->
            NumberFormat.real(value, kind, precision < 0 ? 6 : precision);
        case '%' ->
            NumberFormat.real(
                    Value.of(Numbers.real(value) * 100), 'f', precision < 0 ? 6 : precision)
                + "%";
        default -> throw TemplateError.of("the format %s is unknown", "格式 %s 未知", kind);
      };
    }
    if (kind != ' ' && kind != 's') {
      throw TemplateError.of(
          "the format %s does not fit %s", "格式 %s 不适用于 %s", kind, Display.type(value));
    }
    String text = interpreter.display().string(value);
    return precision >= 0 && precision < Text.length(text)
        ? text.substring(0, Text.offset(text, precision))
        : text;
  }

  private String aligned(String sign, String body, String fill, char align, int width) {
    int room = width - Text.length(body) - sign.length();
    if (room <= 0) {
      return sign + body;
    }
    interpreter.budget().characters(room);
    return switch (align) {
      case '<' -> sign + body + fill.repeat(room);
      case '^' -> fill.repeat(room / 2) + sign + body + fill.repeat(room - room / 2);
      case '=' -> sign + fill.repeat(room) + body;
      default -> fill.repeat(room) + sign + body;
    };
  }
}
