package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Methods.Method;
import io.zaohua.model.jinja.Value.ListValue;
import io.zaohua.model.jinja.Value.Str;
import io.zaohua.model.jinja.Value.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/** The methods of Python's str. */
final class StringMethods {
  /** What a method makes of its text. */
  @FunctionalInterface
  private interface Body {
    Value of(String text, Arguments arguments, Interpreter interpreter);
  }

  static final Map<String, Method> ALL = new HashMap<>();

  static {
    plain("upper", text -> text.toUpperCase(Locale.ROOT));
    plain("lower", text -> text.toLowerCase(Locale.ROOT));
    plain("casefold", text -> text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT));
    plain("title", StringCase::title);
    plain("capitalize", StringCase::capitalize);
    plain("swapcase", StringCase::swap);
    all("isspace", Text::isSpace);
    all("isalpha", Character::isLetter);
    all("isdigit", StringCase::isDigit);
    all("isdecimal", Character::isDigit);
    all("isnumeric", StringCase::isNumeric);
    all("isalnum", c -> Character.isLetter(c) || StringCase.isNumeric(c));
    method("isascii", (text, _, _) -> Value.of(text.chars().allMatch(c -> c < 128)));
    method(
        "isprintable", (text, _, _) -> Value.of(text.codePoints().allMatch(Display::isPrintable)));
    method("islower", (text, _, _) -> Value.of(StringCase.isLower(text)));
    method("isupper", (text, _, _) -> Value.of(StringCase.isUpper(text)));
    method("istitle", (text, _, _) -> Value.of(StringCase.isTitle(text)));
    method("isidentifier", (text, _, _) -> Value.of(StringCase.isIdentifier(text)));
    method("strip", (text, a, _) -> Value.of(strip(text, chars(a, "strip"), true, true)));
    method("lstrip", (text, a, _) -> Value.of(strip(text, chars(a, "lstrip"), true, false)));
    method("rstrip", (text, a, _) -> Value.of(strip(text, chars(a, "rstrip"), false, true)));
    method("startswith", (text, a, _) -> affix(text, a, true));
    method("endswith", (text, a, _) -> affix(text, a, false));
    method(
        "removeprefix",
        (text, a, _) -> {
          String prefix = a.bind("removeprefix", "prefix").text("prefix");
          return Value.of(text.startsWith(prefix) ? text.substring(prefix.length()) : text);
        });
    method(
        "removesuffix",
        (text, a, _) -> {
          String suffix = a.bind("removesuffix", "suffix").text("suffix");
          boolean ends = text.endsWith(suffix);
          return Value.of(ends ? text.substring(0, text.length() - suffix.length()) : text);
        });
    method(
        "replace",
        (text, a, in) -> {
          Arguments.Bound bound = a.bind("replace", "old", "new", "count?");
          int count = bound.integer("count", -1);
          return Value.of(replace(text, bound.text("old"), bound.text("new"), count, in.budget()));
        });
    method("split", (text, a, in) -> Splitting.split(text, a, in, false));
    method("rsplit", (text, a, in) -> Splitting.split(text, a, in, true));
    method("splitlines", Splitting::lines);
    method("partition", (text, a, _) -> Splitting.partition(text, a, false));
    method("rpartition", (text, a, _) -> Splitting.partition(text, a, true));
    method("join", StringMethods::join);
    method("find", (text, a, _) -> find(text, a, false, false));
    method("rfind", (text, a, _) -> find(text, a, true, false));
    method("index", (text, a, _) -> find(text, a, false, true));
    method("rindex", (text, a, _) -> find(text, a, true, true));
    method("count", StringMethods::count);
    method("center", (text, a, in) -> pad(text, a, in, "center"));
    method("ljust", (text, a, in) -> pad(text, a, in, "ljust"));
    method("rjust", (text, a, in) -> pad(text, a, in, "rjust"));
    method("zfill", StringMethods::zeroFill);
    method("expandtabs", StringMethods::expandTabs);
    method("format", (text, a, in) -> Value.of(new BraceFormat(in).format(text, a)));
  }

  private StringMethods() {}

  private static void method(String name, Body body) {
    ALL.put(
        name,
        (self, arguments, interpreter) -> {
          String text = self instanceof Str(var inner, _) ? inner : "";
          interpreter.budget().characters(text.length());
          return body.of(text, arguments, interpreter);
        });
  }

  private static void plain(String name, UnaryOperator<String> change) {
    method(
        name,
        (text, arguments, _) -> {
          arguments.bind(name);
          return Value.of(change.apply(text));
        });
  }

  private static void all(String name, IntPredicate holds) {
    method(name, (text, _, _) -> Value.of(!text.isEmpty() && text.codePoints().allMatch(holds)));
  }

  private static Optional<String> chars(Arguments arguments, String name) {
    Arguments.Bound bound = arguments.bind(name, "chars?");
    return bound.some("chars").map(_ -> bound.text("chars"));
  }

  static String strip(String text, Optional<String> chars, boolean left, boolean right) {
    IntPredicate goes = chars.isPresent() ? c -> chars.get().indexOf(c) >= 0 : Text::isSpace;
    int start = 0;
    int end = text.length();
    while (left && start < end && goes.test(text.codePointAt(start))) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (right && end > start && goes.test(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  private static Value affix(String text, Arguments arguments, boolean start) {
    Arguments.Bound bound =
        arguments.bind(start ? "startswith" : "endswith", "affix", "start?", "end?");
    Window window = Window.of(text, bound);
    if (window.isOutside()) {
      return Value.Bool.FALSE;
    }
    String inside = window.text();
    List<Value> affixes =
        bound.get("affix") instanceof Tuple tuple ? tuple.items() : List.of(bound.get("affix"));
    for (Value affix : affixes) {
      if (!(affix instanceof Str(var part, _))) {
        throw TemplateError.of(
            "a text or a tuple of texts is needed, not %s", "需要文本或文本元组,而不是 %s", affix.type());
      }
      if (start ? inside.startsWith(part) : inside.endsWith(part)) {
        return Value.Bool.TRUE;
      }
    }
    return Value.Bool.FALSE;
  }

  /** Every occurrence, or the first so many; an empty one stands between all characters. */
  static String replace(String text, String old, String by, int count, Budget budget) {
    if (count == 0) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    int at = 0;
    int done = 0;
    while (count < 0 || done < count) {
      int found = old.isEmpty() ? at : text.indexOf(old, at);
      if (found < 0 || found > text.length()) {
        break;
      }
      if (out.length() > Limits.SOURCE) {
        budget.characters(out.length());
      }
      budget.step();
      out.append(text, at, found).append(by);
      done++;
      at = found + old.length();
      if (old.isEmpty()) {
        if (at == text.length()) {
          at++;
          break;
        }
        int next = text.offsetByCodePoints(at, 1);
        out.append(text, at, next);
        at = next;
      }
    }
    out.append(text, Math.min(at, text.length()), text.length());
    return budget.text(out);
  }

  private static Value join(String text, Arguments arguments, Interpreter interpreter) {
    Iterator<Value> items =
        interpreter.operators().iterate(arguments.bind("join", "items").get("items"));
    StringBuilder out = new StringBuilder();
    while (items.hasNext()) {
      Value item = items.next();
      if (!(item instanceof Str(var part, _))) {
        throw TemplateError.of("join needs texts, not %s", "join 需要文本,而不是 %s", item.type());
      }
      interpreter.budget().characters((long) part.length() + text.length());
      out.append(part);
      if (items.hasNext()) {
        out.append(text);
      }
    }
    return Value.of(out.toString());
  }

  private static Value find(String text, Arguments arguments, boolean last, boolean must) {
    Arguments.Bound bound = arguments.bind("find", "sub", "start?", "end?");
    Window window = Window.of(text, bound);
    String inside = window.text();
    String sub = bound.text("sub");
    int found = window.isOutside() ? -1 : last ? inside.lastIndexOf(sub) : inside.indexOf(sub);
    if (found < 0 && must) {
      throw TemplateError.of("the text sought is not there", "找不到要找的文本");
    }
    return Value.of(found < 0 ? -1 : window.from() + inside.codePointCount(0, found));
  }

  private static Value count(String text, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("count", "sub", "start?", "end?");
    Window window = Window.of(text, bound);
    String sub = bound.text("sub");
    if (window.isOutside()) {
      return Value.of(0);
    }
    if (sub.isEmpty()) {
      return Value.of(Text.length(window.text()) + 1L);
    }
    long count = 0;
    for (int at = window.text().indexOf(sub);
        at >= 0;
        at = window.text().indexOf(sub, at + sub.length())) {
      count++;
    }
    return Value.of(count);
  }

  private static Value pad(String text, Arguments arguments, Interpreter in, String how) {
    Arguments.Bound bound = arguments.bind(how, "width", "fill?");
    String fill = bound.text("fill", " ");
    if (Text.length(fill) != 1) {
      throw TemplateError.of("the fill is one character", "填充应为一个字符");
    }
    return Value.of(
        switch (how) {
          case "center" -> center(text, bound.integer("width", 0), fill, in.budget());
          case "ljust" -> text + fill(bound.integer("width", 0) - Text.length(text), fill, in);
          default -> fill(bound.integer("width", 0) - Text.length(text), fill, in) + text;
        });
  }

  private static String fill(int count, String fill, Interpreter interpreter) {
    interpreter.budget().characters(Math.max(0, count));
    return fill.repeat(Math.max(0, count));
  }

  static String center(String text, int width, String fill, Budget budget) {
    int room = Math.max(0, width - Text.length(text));
    budget.characters(room);
    // Python puts the odd one left when the width is odd.
    int left = room / 2 + (room & width & 1);
    return fill.repeat(left) + text + fill.repeat(room - left);
  }

  private static Value zeroFill(String text, Arguments arguments, Interpreter interpreter) {
    int width = arguments.bind("zfill", "width").integer("width", 0);
    int sign = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    String zeros = fill(width - Text.length(text), "0", interpreter);
    return Value.of(text.substring(0, sign) + zeros + text.substring(sign));
  }

  private static Value expandTabs(String text, Arguments arguments, Interpreter interpreter) {
    int size = Math.max(0, arguments.bind("expandtabs", "tabsize?").integer("tabsize", 8));
    StringBuilder out = new StringBuilder();
    int column = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\t') {
        int width = size == 0 ? 0 : size - column % size;
        interpreter.budget().characters(width);
        out.append(" ".repeat(width));
        column += width;
      } else {
        out.append(c);
        column = c == '\n' || c == '\r' ? 0 : column + 1;
      }
    }
    return Value.of(out.toString());
  }

  /** The part of a text that start and end of find and the like leave. */
  private record Window(String whole, int from, int to) {
    static Window of(String text, Arguments.Bound bound) {
      if (bound.some("start").isEmpty() && bound.some("end").isEmpty()) {
        return new Window(text, 0, -1);
      }
      int length = Text.length(text);
      int start = bound.integer("start", 0);
      int end = bound.integer("end", length);
      start = start < 0 ? Math.max(0, start + length) : start;
      end = end < 0 ? Math.max(0, end + length) : Math.min(end, length);
      return new Window(text, start, end);
    }

    boolean isOutside() {
      return to >= 0 && from > to;
    }

    String text() {
      if (to < 0) {
        return whole;
      }
      return isOutside() ? "" : whole.substring(Text.offset(whole, from), Text.offset(whole, to));
    }
  }

  /** Texts as a list. */
  static Value list(List<String> parts, Interpreter interpreter) {
    List<Value> values = new ArrayList<>(parts.size());
    parts.forEach(part -> values.add(Value.of(part)));
    interpreter.budget().steps(2L * parts.size());
    return new ListValue(values);
  }
}
