package io.zaohua.model.jinja;

import java.util.Locale;

/** Upper, lower and title case, and classes of characters, as Python sees them. */
final class StringCase {
  private StringCase() {}

  /** Letters after anything that has no case become title case, all others lower. */
  static String title(String text) {
    StringBuilder out = new StringBuilder();
    boolean inWord = false;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      String one = Character.toString(c);
      if (inWord) {
        out.append(one.toLowerCase(Locale.ROOT));
      } else {
        out.append(titled(c));
      }
      inWord = hasCase(c);
    }
    return out.toString();
  }

  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.codePointAt(0);
    String rest = text.substring(Character.charCount(first));
    return titled(first) + rest.toLowerCase(Locale.ROOT);
  }

  /** One character at a word's start; some, such as a sharp s, become two. */
  private static String titled(int c) {
    int titled = Character.toTitleCase(c);
    if (titled != c || !Character.isLowerCase(c)) {
      return Character.toString(titled);
    }
    String upper = Character.toString(c).toUpperCase(Locale.ROOT);
    return upper.substring(0, 1) + upper.substring(1).toLowerCase(Locale.ROOT);
  }

  static String swap(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              String one = Character.toString(c);
              out.append(
                  Character.isUpperCase(c)
                      ? one.toLowerCase(Locale.ROOT)
                      : Character.isLowerCase(c) ? one.toUpperCase(Locale.ROOT) : one);
            });
    return out.toString();
  }

  private static boolean hasCase(int c) {
    return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
  }

  static boolean isLower(String text) {
    return text.codePoints().anyMatch(Character::isLowerCase)
        && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
  }

  static boolean isUpper(String text) {
    return text.codePoints().anyMatch(Character::isUpperCase)
        && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
  }

  static boolean isTitle(String text) {
    return text.codePoints().anyMatch(StringCase::hasCase) && title(text).equals(text);
  }

  static boolean isIdentifier(String text) {
    return !text.isEmpty()
        && (text.charAt(0) == '_' || Character.isUnicodeIdentifierStart(text.codePointAt(0)))
        && text.codePoints().allMatch(c -> c == '_' || Character.isUnicodeIdentifierPart(c));
  }

  /** Digits, superscripts and circled ones included. */
  static boolean isDigit(int c) {
    return Character.isDigit(c)
        || "²³¹".indexOf(c) >= 0
        || c == 0x2070
        || c >= 0x2074 && c <= 0x2079
        || c >= 0x2080 && c <= 0x2089
        || c >= 0x2460 && c <= 0x2468;
  }

  /** Anything with a numeric value, fractions and Roman numerals included. */
  static boolean isNumeric(int c) {
    int type = Character.getType(c);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER
        || "零一二三四五六七八九十百千万亿".indexOf(c) >= 0;
  }
}
