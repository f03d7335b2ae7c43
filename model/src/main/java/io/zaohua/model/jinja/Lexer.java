package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a source into tokens, whitespace control included: {@code -} strips, {@code +} keeps, a
 * newline after a tag goes (trim_blocks), blanks before a tag on its line go (lstrip_blocks).
 */
final class Lexer {
  /** Longest first, so that the first match is the right one. */
  private static final List<String> OPERATORS =
      List.of(
          "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
          "}", ">", "<", "=", ".", ":", "|", ",", ";");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;

  /** Whether the text that follows starts a line. */
  private boolean startsLine = true;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String source) {
    String lines = source.replace("\r\n", "\n").replace('\r', '\n');
    if (lines.endsWith("\n")) {
      lines = lines.substring(0, lines.length() - 1);
    }
    Lexer lexer = new Lexer(lines);
    try {
      lexer.run();
    } catch (TemplateError e) {
      throw new LocatedError(lexer.line, e);
    }
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int tag = nextTag();
      if (tag < 0) {
        add(Kind.DATA, source.substring(at));
        at = source.length();
        break;
      }
      char kind = source.charAt(tag + 1);
      char sign = signAt(tag + 2);
      int raw = kind == '%' ? rawEnd(tag) : -1;
      data(source.substring(at, tag), sign, kind != '{');
      advance(tag + 2 + (sign == ' ' ? 0 : 1));
      if (raw >= 0) {
        advance(raw);
        startsLine = source.charAt(at - 1) == '\n';
        raw();
      } else if (kind == '#') {
        comment();
      } else {
        code(kind == '{');
      }
    }
    add(Kind.END, "");
  }

  /** Text before a tag, less the whitespace that the tag takes. */
  private void data(String text, char sign, boolean block) {
    String kept = text;
    if (sign == '-') {
      kept = stripEnd(text);
    } else if (sign != '+' && block) {
      int lineStart = text.lastIndexOf('\n') + 1;
      if ((lineStart > 0 || startsLine)
          && text.substring(lineStart).chars().allMatch(Text::isSpace)) {
        kept = text.substring(0, lineStart);
      }
    }
    if (!kept.isEmpty()) {
      add(Kind.DATA, kept);
    }
  }

  private static String stripEnd(String text) {
    int end = text.length();
    while (end > 0 && Text.isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  private int nextTag() {
    for (int i = source.indexOf('{', at); i >= 0; i = source.indexOf('{', i + 1)) {
      char next = i + 1 < source.length() ? source.charAt(i + 1) : ' ';
      if (next == '{' || next == '%' || next == '#') {
        return i;
      }
    }
    return -1;
  }

  private char signAt(int position) {
    char c = position < source.length() ? source.charAt(position) : ' ';
    return c == '-' || c == '+' ? c : ' ';
  }

  /** Where the text of a raw block starts, if a raw tag stands here; else -1. */
  private int rawEnd(int tag) {
    int i = skipSpace(tag + 2 + (signAt(tag + 2) == ' ' ? 0 : 1));
    if (!source.startsWith("raw", i)) {
      return -1;
    }
    i = skipSpace(i + 3);
    if (source.startsWith("-%}", i)) {
      return skipSpace(i + 3);
    }
    return source.startsWith("%}", i) ? i + 2 : -1;
  }

  private void raw() {
    for (int tag = source.indexOf("{%", at); tag >= 0; tag = source.indexOf("{%", tag + 1)) {
      char sign = signAt(tag + 2);
      int i = skipSpace(tag + 2 + (sign == ' ' ? 0 : 1));
      if (source.startsWith("endraw", i)) {
        int end = closing(skipSpace(i + 6), "%}");
        if (end >= 0) {
          data(source.substring(at, tag), sign, true);
          advance(end);
          startsLine = source.charAt(at - 1) == '\n';
          return;
        }
      }
    }
    throw TemplateError.of("a raw block is never closed", "raw 块没有结束");
  }

  /** The end of a closing mark with its sign and the whitespace it takes, or -1. */
  private int closing(int position, String mark) {
    if (source.startsWith("-" + mark, position)) {
      return skipSpace(position + 3);
    }
    if (source.startsWith("+" + mark, position)) {
      return position + 3;
    }
    if (!source.startsWith(mark, position)) {
      return -1;
    }
    int end = position + 2;
    return source.startsWith("\n", end) ? end + 1 : end;
  }

  private void comment() {
    for (int i = at; i < source.length(); i++) {
      int end = closing(i, "#}");
      if (end >= 0) {
        advance(end);
        startsLine = source.charAt(at - 1) == '\n';
        return;
      }
    }
    throw TemplateError.of("a comment is never closed", "注释没有结束");
  }

  /** The inside of an output or a tag. */
  private void code(boolean output) {
    add(output ? Kind.OPEN_OUTPUT : Kind.OPEN_TAG, "");
    Deque<Character> brackets = new ArrayDeque<>();
    while (at < source.length()) {
      if (brackets.isEmpty()) {
        int end = output ? closingOutput() : closing(at, "%}");
        if (end >= 0) {
          add(output ? Kind.CLOSE_OUTPUT : Kind.CLOSE_TAG, "");
          advance(end);
          startsLine = source.charAt(at - 1) == '\n';
          return;
        }
      }
      char c = source.charAt(at);
      if (Text.isSpace(c)) {
        advance(at + 1);
      } else if (c >= '0' && c <= '9') {
        number();
      } else if (c == '"' || c == '\'') {
        string(c);
      } else if (isNamePart(c)) {
        int end = at;
        while (end < source.length() && isNamePart(source.charAt(end))) {
          end++;
        }
        take(Kind.NAME, end);
      } else {
        operator(brackets);
      }
    }
    throw TemplateError.of("a tag is never closed by %s", "标签没有以 %s 结束", output ? "}}" : "%}");
  }

  private int closingOutput() {
    if (source.startsWith("-}}", at)) {
      return skipSpace(at + 3);
    }
    return source.startsWith("}}", at) ? at + 2 : -1;
  }

  private void operator(Deque<Character> brackets) {
    String found =
        OPERATORS.stream()
            .filter(o -> source.startsWith(o, at))
            .findFirst()
            .orElseThrow(
                () ->
                    TemplateError.of(
                        "the character %s is not expected", "不应出现字符 %s", source.charAt(at)));
    char c = found.charAt(0);
    if ("([{".indexOf(c) >= 0) {
      brackets.push(c == '(' ? ')' : c == '[' ? ']' : '}');
    } else if (")]}".indexOf(c) >= 0 && (brackets.isEmpty() || brackets.pop() != c)) {
      throw TemplateError.of("a bracket %s has no partner", "括号 %s 不成对", c);
    }
    take(Kind.OPERATOR, at + found.length());
  }

  private void number() {
    char second = at + 1 < source.length() ? Character.toLowerCase(source.charAt(at + 1)) : ' ';
    int radix = second == 'x' ? 16 : second == 'o' ? 8 : second == 'b' ? 2 : 10;
    if (source.charAt(at) == '0' && radix != 10) {
      int end = digits(at + 2, radix);
      if (end > at + 2) {
        String digits = source.substring(at + 2, end).replace("_", "");
        add(Kind.INTEGER, new java.math.BigInteger(digits, radix).toString());
        at = end;
        return;
      }
    }
    int end = digits(at, 10);
    boolean real = false;
    // After a dot, as in x.0.1, a number is a position.
    boolean position = at > 0 && source.charAt(at - 1) == '.';
    if (!position && source.startsWith(".", end) && digits(end + 1, 10) > end + 1) {
      end = digits(end + 1, 10);
      real = true;
    }
    if (!position && end < source.length() && Character.toLowerCase(source.charAt(end)) == 'e') {
      int exponent = end + 1;
      if (exponent < source.length() && "+-".indexOf(source.charAt(exponent)) >= 0) {
        exponent++;
      }
      if (digits(exponent, 10) > exponent) {
        end = digits(exponent, 10);
        real = true;
      }
    }
    add(real ? Kind.FLOAT : Kind.INTEGER, source.substring(at, end).replace("_", ""));
    at = end;
  }

  private int digits(int from, int radix) {
    int end = from;
    while (end < source.length()
        && (Character.digit(source.charAt(end), radix) >= 0 && source.charAt(end) < 128
            || source.charAt(end) == '_' && end > from)) {
      end++;
    }
    while (end > from && source.charAt(end - 1) == '_') {
      end--;
    }
    return end;
  }

  private void string(char quote) {
    int end = at + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw TemplateError.of("a text in quotes is never closed", "引号中的文本没有结束");
    }
    add(Kind.STRING, Text.unescape(source.substring(at + 1, end)));
    advance(end + 1);
  }

  private static boolean isNamePart(char c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private int skipSpace(int from) {
    int i = from;
    while (i < source.length() && Text.isSpace(source.charAt(i))) {
      i++;
    }
    return i;
  }

  private void take(Kind kind, int end) {
    add(kind, source.substring(at, end));
    at = end;
  }

  private void add(Kind kind, String text) {
    tokens.add(new Token(kind, text, line));
  }

  private void advance(int to) {
    for (int i = at; i < to; i++) {
      if (source.charAt(i) == '\n') {
        line++;
      }
    }
    at = to;
  }
}
