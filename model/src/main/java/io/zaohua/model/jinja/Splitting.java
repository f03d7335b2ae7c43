package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Value.Tuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Python's split, rsplit, splitlines and partition. */
final class Splitting {
  private Splitting() {}

  static Value split(String text, Arguments arguments, Interpreter interpreter, boolean fromRight) {
    Arguments.Bound bound = arguments.bind(fromRight ? "rsplit" : "split", "sep?", "maxsplit?");
    int limit = bound.integer("maxsplit", -1);
    int most = limit < 0 ? Integer.MAX_VALUE : limit;
    List<String> parts;
    if (bound.some("sep").isPresent()) {
      String separator = bound.text("sep");
      if (separator.isEmpty()) {
        throw TemplateError.of("the separator of split is empty", "split 的分隔符为空");
      }
      parts = fromRight ? right(text, separator, most) : left(text, separator, most);
    } else {
      parts = fromRight ? wordsFromRight(text, most) : words(text, most);
    }
    return StringMethods.list(parts, interpreter);
  }

  private static List<String> left(String text, String separator, int most) {
    List<String> parts = new ArrayList<>();
    int at = 0;
    while (parts.size() < most) {
      int found = text.indexOf(separator, at);
      if (found < 0) {
        break;
      }
      parts.add(text.substring(at, found));
      at = found + separator.length();
    }
    parts.add(text.substring(at));
    return parts;
  }

  private static List<String> right(String text, String separator, int most) {
    List<String> parts = new ArrayList<>();
    int end = text.length();
    while (parts.size() < most) {
      int found = text.lastIndexOf(separator, end - separator.length());
      if (found < 0 || end < separator.length()) {
        break;
      }
      parts.add(text.substring(found + separator.length(), end));
      end = found;
    }
    parts.add(text.substring(0, end));
    Collections.reverse(parts);
    return parts;
  }

  private static List<String> words(String text, int most) {
    List<String> parts = new ArrayList<>();
    int at = skip(text, 0);
    while (at < text.length()) {
      if (parts.size() == most) {
        parts.add(text.substring(at, skipBack(text, text.length())));
        break;
      }
      int end = at;
      while (end < text.length() && !Text.isSpace(text.charAt(end))) {
        end++;
      }
      parts.add(text.substring(at, end));
      at = skip(text, end);
    }
    return parts;
  }

  private static List<String> wordsFromRight(String text, int most) {
    List<String> parts = new ArrayList<>();
    int end = skipBack(text, text.length());
    while (end > 0) {
      if (parts.size() == most) {
        parts.add(text.substring(0, end));
        break;
      }
      int start = end;
      while (start > 0 && !Text.isSpace(text.charAt(start - 1))) {
        start--;
      }
      parts.add(text.substring(start, end));
      end = skipBack(text, start);
    }
    Collections.reverse(parts);
    return parts;
  }

  private static int skip(String text, int from) {
    int at = from;
    while (at < text.length() && Text.isSpace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static int skipBack(String text, int from) {
    int at = from;
    while (at > 0 && Text.isSpace(text.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  static Value lines(String text, Arguments arguments, Interpreter interpreter) {
    boolean keep = arguments.bind("splitlines", "keepends?").truth("keepends", false);
    return StringMethods.list(Text.lines(text, keep), interpreter);
  }

  static Value partition(String text, Arguments arguments, boolean last) {
    String separator = arguments.bind("partition", "sep").text("sep");
    if (separator.isEmpty()) {
      throw TemplateError.of("the separator of partition is empty", "partition 的分隔符为空");
    }
    int found = last ? text.lastIndexOf(separator) : text.indexOf(separator);
    if (found < 0) {
      return last ? three("", "", text) : three(text, "", "");
    }
    return three(text.substring(0, found), separator, text.substring(found + separator.length()));
  }

  private static Value three(String a, String b, String c) {
    return new Tuple(List.of(Value.of(a), Value.of(b), Value.of(c)));
  }
}
