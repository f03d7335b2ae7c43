package io.zaohua.model.jinja;

import java.util.ArrayList;
import java.util.List;

/** Python's ideas about characters: what is a space, a line end, an escape. */
final class Text {
  private Text() {}

  /** What {@code str.isspace} and {@code strip} take for a space. */
  static boolean isSpace(int c) {
    return c < 128
        ? c == ' ' || c >= 9 && c <= 13 || c >= 28 && c <= 31
        : c == 0x85 || Character.isSpaceChar(c);
  }

  /** What ends a line for {@code splitlines}. */
  static boolean isLineEnd(char c) {
    return c >= 10 && c <= 13 || c >= 28 && c <= 30 || c == 0x85 || c == 0x2028 || c == 0x2029;
  }

  static List<String> lines(String text, boolean keepEnds) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      if (isLineEnd(text.charAt(i))) {
        int end = text.startsWith("\r\n", i) ? i + 2 : i + 1;
        lines.add(text.substring(start, keepEnds ? end : i));
        start = end;
        i = end - 1;
      }
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    return lines;
  }

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** The Java position of a code point's position. */
  static int offset(String text, int codePoints) {
    return text.offsetByCodePoints(0, codePoints);
  }

  /** The inside of a string literal, escapes resolved as Python does; unknown ones stay. */
  static String unescape(String raw) {
    if (raw.indexOf('\\') < 0) {
      return raw;
    }
    StringBuilder text = new StringBuilder(raw.length());
    int i = 0;
    while (i < raw.length()) {
      char c = raw.charAt(i++);
      if (c != '\\' || i == raw.length()) {
        text.append(c);
        continue;
      }
      char escape = raw.charAt(i++);
      switch (escape) {
        case '\n' -> {}
        case '\\', '\'', '"' -> text.append(escape);
        case 'n' -> text.append('\n');
        case 't' -> text.append('\t');
        case 'r' -> text.append('\r');
        case 'a' -> text.append('\007');
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'v' -> text.append('\013');
        case 'x' -> i = hexadecimal(raw, i, 2, text);
        case 'u' -> i = hexadecimal(raw, i, 4, text);
        case 'U' -> i = hexadecimal(raw, i, 8, text);
        case '0', '1', '2', '3', '4', '5', '6', '7' -> {
          int end = i;
          while (end < raw.length() && end < i + 2 && "01234567".indexOf(raw.charAt(end)) >= 0) {
            end++;
          }
          text.append((char) Integer.parseInt(raw.substring(i - 1, end), 8));
          i = end;
        }
        default -> text.append('\\').append(escape);
      }
    }
    return text.toString();
  }

  private static int hexadecimal(String raw, int from, int digits, StringBuilder text) {
    int code = 0;
    for (int i = from; i < from + digits; i++) {
      int digit = i < raw.length() ? Character.digit(raw.charAt(i), 16) : -1;
      if (digit < 0 || code > 0x10FFFF) {
        throw TemplateError.of("an escape \\x, \\u or \\U lacks digits", "转义 \\x、\\u 或 \\U 缺少数字");
      }
      code = code * 16 + digit;
    }
    if (!Character.isValidCodePoint(code)) {
      throw TemplateError.of("an escape names no character", "转义没有对应的字符");
    }
    text.appendCodePoint(code);
    return from + digits;
  }
}
