package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Value.Dict;
import io.zaohua.model.jinja.Value.Str;
import io.zaohua.model.jinja.Value.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Filters that make a text of a text. */
final class TextFilters {
  static final Map<String, Filter> ALL = new HashMap<>();

  /** What a filter makes of its text. */
  @FunctionalInterface
  private interface Body {
    String of(String text, Arguments arguments, Interpreter interpreter);
  }

  static {
    text("upper", (text, _, _) -> text.toUpperCase(Locale.ROOT));
    text("lower", (text, _, _) -> text.toLowerCase(Locale.ROOT));
    text("capitalize", (text, _, _) -> StringCase.capitalize(text));
    text("title", (text, _, _) -> title(text));
    text("trim", TextFilters::trim);
    text("replace", TextFilters::replace);
    text("indent", TextFilters::indent);
    text("center", TextFilters::center);
    text("truncate", TextFilters::truncate);
    ALL.put("escape", TextFilters::escaped);
    ALL.put("e", TextFilters::escaped);
    ALL.put("forceescape", (subject, _, in) -> markup(escape(in.display().string(subject)), in));
    ALL.put("safe", (subject, _, in) -> markup(in.display().string(subject), in));
    ALL.put(
        "string",
        (subject, _, in) ->
            subject instanceof Str ? subject : Value.of(in.display().string(subject)));
    ALL.put("format", TextFilters::format);
    ALL.put("urlencode", TextFilters::urlEncode);
    ALL.put("wordcount", (subject, _, in) -> Value.of(words(in.display().string(subject))));
  }

  private TextFilters() {}

  private static void text(String name, Body body) {
    ALL.put(
        name,
        (subject, arguments, interpreter) -> {
          String text = interpreter.display().string(subject);
          interpreter.budget().characters(text.length());
          return Value.of(body.of(text, arguments, interpreter));
        });
  }

  private static String trim(String text, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("trim", "chars?");
    Optional<String> chars = bound.some("chars").map(_ -> bound.text("chars"));
    return StringMethods.strip(text, chars, true, true);
  }

  /** Every word starts large; a word starts after blanks, dashes and opening brackets only. */
  private static String title(String text) {
    StringBuilder out = new StringBuilder();
    boolean start = true;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      String one = Character.toString(c);
      out.append(start ? one.toUpperCase(Locale.ROOT) : one.toLowerCase(Locale.ROOT));
      start = Text.isSpace(c) || "-({[<".indexOf(c) >= 0;
    }
    return out.toString();
  }

  private static String replace(String text, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("replace", "old", "new", "count?");
    Display display = interpreter.display();
    return StringMethods.replace(
        text,
        display.string(bound.get("old")),
        display.string(bound.get("new")),
        bound.integer("count", -1),
        interpreter.budget());
  }

  private static String indent(String text, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("indent", "width?", "first?", "blank?");
    String indention =
        bound.find("width").orElse(Value.of(4)) instanceof Str(var given, _)
            ? given
            : spaces(bound.integer("width", 4), interpreter.budget());
    boolean blank = bound.truth("blank", false);
    List<String> lines = Text.lines(text + "\n", false);
    StringBuilder out = new StringBuilder(bound.truth("first", false) ? indention : "");
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (i > 0) {
        boolean indented = blank || !line.isEmpty();
        interpreter.budget().characters(indention.length() + 1L);
        out.append('\n').append(indented ? indention : "");
      }
      out.append(line);
    }
    return interpreter.budget().text(out);
  }

  private static String spaces(int count, Budget budget) {
    budget.characters(Math.max(0, count));
    return " ".repeat(Math.max(0, count));
  }

  private static String center(String text, Arguments arguments, Interpreter interpreter) {
    int width = arguments.bind("center", "width?").integer("width", 80);
    return StringMethods.center(text, width, " ", interpreter.budget());
  }

  private static String truncate(String text, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("truncate", "length?", "killwords?", "end?", "leeway?");
    int length = bound.integer("length", 255);
    String end = bound.text("end", "...");
    long leeway = bound.integer("leeway", 5);
    int size = Text.length(text);
    int room = length - Text.length(end);
    if (room < 0) {
      throw TemplateError.of(
          "truncate to %d characters leaves no room for %s", "截断到 %d 个字符放不下 %s", length, end);
    }
    if (size <= length + leeway) {
      return text;
    }
    String kept = text.substring(0, Text.offset(text, room));
    int space = kept.lastIndexOf(' ');
    boolean whole = bound.truth("killwords", false) || space < 0;
    return (whole ? kept : kept.substring(0, space)) + end;
  }

  private static Value escaped(Value subject, Arguments arguments, Interpreter interpreter) {
    return subject instanceof Str(_, var markup) && markup
        ? subject
        : markup(escape(interpreter.display().string(subject)), interpreter);
  }

  private static Value markup(String text, Interpreter interpreter) {
    interpreter.budget().characters(text.length());
    return new Str(text, true);
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }

  private static Value format(Value subject, Arguments arguments, Interpreter interpreter) {
    String format = interpreter.display().string(subject);
    Value values =
        arguments.named().isEmpty()
            ? new Tuple(arguments.positional())
            : Value.dict(arguments.named());
    return Value.of(new PercentFormat(interpreter.budget()).format(format, values));
  }

  private static long words(String text) {
    long count = 0;
    boolean inWord = false;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      boolean part = c == '_' || Character.isLetter(c) || StringCase.isNumeric(c);
      count += part && !inWord ? 1 : 0;
      inWord = part;
    }
    return count;
  }

  private static Value urlEncode(Value subject, Arguments arguments, Interpreter interpreter) {
    if (subject instanceof Str || !Operators.isIterable(subject)) {
      return Value.of(quote(interpreter.display().string(subject), false, interpreter));
    }
    Iterator<Value> pairs =
        interpreter
            .operators()
            .iterate(
                subject instanceof Dict dict
                    ? new Value.View("dict_items", Methods.pairs(dict.entries()))
                    : subject);
    List<String> parts = new ArrayList<>();
    while (pairs.hasNext()) {
      List<Value> pair = interpreter.operators().items(pairs.next());
      if (pair.size() != 2) {
        throw TemplateError.of("urlencode needs pairs", "urlencode 需要成对的值");
      }
      parts.add(
          quote(interpreter.display().string(pair.get(0)), true, interpreter)
              + "="
              + quote(interpreter.display().string(pair.get(1)), true, interpreter));
    }
    return Value.of(String.join("&", parts));
  }

  private static String quote(String text, boolean query, Interpreter interpreter) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      int c = b & 0xFF;
      boolean plain =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || "_.-~".indexOf(c) >= 0
              || c == '/' && !query;
      if (plain) {
        out.append((char) c);
      } else if (c == ' ' && query) {
        out.append('+');
      } else {
        out.append('%').append("%02X".formatted(c));
      }
    }
    return interpreter.budget().text(out);
  }
}
