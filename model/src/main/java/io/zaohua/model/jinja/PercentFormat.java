package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Value.Dict;
import io.zaohua.model.jinja.Value.Real;
import io.zaohua.model.jinja.Value.Str;
import io.zaohua.model.jinja.Value.Tuple;
import java.util.List;

/** Python's {@code 'text' % values}. */
final class PercentFormat {
  private final Budget budget;
  private final Display display;
  private String format = "";
  private int at;
  private List<Value> values = List.of();
  private int used;

  PercentFormat(Budget budget) {
    this.budget = budget;
    this.display = new Display(budget);
  }

  String format(String text, Value arguments) {
    format = text;
    values = arguments instanceof Tuple tuple ? tuple.items() : List.of(arguments);
    StringBuilder out = new StringBuilder();
    while (at < format.length()) {
      char c = format.charAt(at++);
      if (c != '%') {
        out.append(c);
      } else if (at < format.length() && format.charAt(at) == '%') {
        at++;
        out.append('%');
      } else {
        out.append(directive(arguments));
      }
    }
    if (used < values.size() && !(arguments instanceof Dict)) {
      throw TemplateError.of("a format has fewer places than values", "格式的位置少于值");
    }
    return budget.text(out);
  }

  private String directive(Value arguments) {
    boolean keyed = false;
    Value value = Value.None.NONE;
    if (at < format.length() && format.charAt(at) == '(') {
      int end = format.indexOf(')', at);
      if (end < 0 || !(arguments instanceof Dict dict)) {
        throw TemplateError.of("a format names a key of no dict", "格式引用了字典之外的键");
      }
      String key = format.substring(at + 1, end);
      value =
          dict.get(key).orElseThrow(() -> TemplateError.of("the key %s is missing", "缺少键 %s", key));
      keyed = true;
      at = end + 1;
    }
    int flags = at;
    while (at < format.length() && "-+ 0#".indexOf(format.charAt(at)) >= 0) {
      at++;
    }
    String flag = format.substring(flags, at);
    int width = number();
    int precision = -1;
    if (at < format.length() && format.charAt(at) == '.') {
      at++;
      precision = number();
    }
    if (at == format.length()) {
      throw TemplateError.of("a format ends in the middle", "格式不完整");
    }
    char kind = format.charAt(at++);
    if (!keyed) {
      value = next();
    }
    return padded(text(kind, value, precision, flag), width, flag, kind);
  }

  private Value next() {
    if (used == values.size()) {
      throw TemplateError.of("a format has more places than values", "格式的位置多于值");
    }
    return values.get(used++);
  }

  private int number() {
    if (at < format.length() && format.charAt(at) == '*') {
      at++;
      return Numbers.clamped(next());
    }
    int start = at;
    while (at < format.length() && Character.digit(format.charAt(at), 10) >= 0 && at < start + 9) {
      at++;
    }
    return at == start ? 0 : Integer.parseInt(format.substring(start, at));
  }

  private String text(char kind, Value value, int precision, String flag) {
    switch (kind) {
      case 's', 'r', 'a' -> {
        String text = kind == 's' ? display.string(value) : display.repr(value);
        return precision >= 0 && precision < Text.length(text)
            ? text.substring(0, Text.offset(text, precision))
            : text;
      }
      case 'c' -> {
        return value instanceof Str(var text, _)
            ? text
            : Character.toString(Math.clamp(Numbers.clamped(value), 0, 0x10FFFF));
      }
      default -> {}
    }
    if (!Numbers.isNumber(value)) {
      throw TemplateError.of(
          "%%%s needs a number, not %s", "%%%s 需要数字,而不是 %s", kind, Display.type(value));
    }
    String digits =
        switch (kind) {
          case 'd', 'i', 'u', 'x', 'X', 'o' ->
              NumberFormat.integer(
                  value instanceof Real(var real) ? Numbers.truncate(real) : value, kind);
          case 'f', 'F', 'e', 'E', 'g', 'G' ->
              NumberFormat.real(value, kind, precision < 0 ? 6 : precision);
          default -> throw TemplateError.of("the format %%%s is unknown", "格式 %%%s 未知", kind);
        };
    String sign =
        NumberFormat.isNegative(value)
            ? "-"
            : flag.indexOf('+') >= 0 ? "+" : flag.indexOf(' ') >= 0 ? " " : "";
    return sign + digits;
  }

  private String padded(String text, int width, String flag, char kind) {
    int room = width - Text.length(text);
    if (room <= 0) {
      return text;
    }
    budget.characters(room);
    if (flag.indexOf('-') >= 0) {
      return text + " ".repeat(room);
    }
    if (flag.indexOf('0') >= 0 && "srac".indexOf(kind) < 0) {
      int sign = !text.isEmpty() && "+- ".indexOf(text.charAt(0)) >= 0 ? 1 : 0;
      return text.substring(0, sign) + "0".repeat(room) + text.substring(sign);
    }
    return " ".repeat(room) + text;
  }
}
