package io.zaohua.model.tokenizer;

import java.util.List;
import java.util.Optional;

/**
 * The patterns that nearly all byte-level tokenizers split words with, GPT-2's and the one first
 * used by cl100k and Llama 3, scanned by hand: linear in time and constant in stack for any text.
 *
 * @param style which of the two shapes
 * @param contractions how 's 't 're 've 'm 'll 'd are found
 * @param digits the longest run of numerals in one word
 * @param marks whether combining marks count as letters (Qwen 3.5)
 */
record WordScanner(Style style, Contractions contractions, int digits, boolean marks) {
  enum Style {
    GPT2,
    CL100K
  }

  enum Contractions {
    NONE,
    LOWER,
    ASCII,
    /** Unicode case folding, under which the long s is an s. */
    FOLDED
  }

  static final WordScanner GPT2 =
      new WordScanner(Style.GPT2, Contractions.LOWER, Integer.MAX_VALUE, false);

  private static final String GPT2_PATTERN =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)";
  private static final String FOLDED_PREFIX = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|";
  private static final String ASCII_PREFIX =
      "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|";
  private static final String LETTERS = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
  private static final String LETTERS_AND_MARKS = "[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|";
  private static final String REST =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String REST_AND_MARKS =
      "| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  /** The scanner for a regular expression, if it is one of the known shapes. */
  static Optional<WordScanner> of(String pattern) {
    String text = pattern.replace("\r", "\\r").replace("\n", "\\n");
    if (text.equals(GPT2_PATTERN) || text.equals(GPT2_PATTERN + "|\\s+")) {
      return Optional.of(GPT2);
    }
    var contractions = Contractions.NONE;
    if (text.startsWith(FOLDED_PREFIX)) {
      contractions = Contractions.FOLDED;
      text = text.substring(FOLDED_PREFIX.length());
    } else if (text.startsWith(ASCII_PREFIX)) {
      contractions = Contractions.ASCII;
      text = text.substring(ASCII_PREFIX.length());
    }
    boolean marks = text.startsWith(LETTERS_AND_MARKS);
    String letters = marks ? LETTERS_AND_MARKS : LETTERS;
    String rest = marks ? REST_AND_MARKS : REST;
    if (!text.startsWith(letters)
        || !text.endsWith(rest)
        || text.length() < letters.length() + rest.length()) {
      return Optional.empty();
    }
    int digits =
        switch (text.substring(letters.length(), text.length() - rest.length())) {
          case "\\p{N}", "\\p{N}{1}" -> 1;
          case "\\p{N}{1,2}" -> 2;
          case "\\p{N}{1,3}" -> 3;
          case "\\p{N}+" -> Integer.MAX_VALUE;
          default -> 0;
        };
    return digits == 0
        ? Optional.empty()
        : Optional.of(new WordScanner(Style.CL100K, contractions, digits, marks));
  }

  private static final int OTHER = 0;
  private static final int LETTER = 1;
  private static final int NUMBER = 2;
  private static final int SPACE = 3;
  private static final int MARK = 4;
  private static final int END = 5;
  private static final byte[] ASCII = new byte[128];

  static {
    for (int c = 0; c < 128; c++) {
      ASCII[c] = (byte) classify(c);
    }
  }

  private static int classify(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER ->
          LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          NUMBER;
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK ->
          MARK;
      default -> CodePoints.isWhiteSpace(codePoint) ? SPACE : OTHER;
    };
  }

  /** Appends the words of a text, all of it. */
  void scan(String text, List<String> out) {
    for (int at = 0; at < text.length(); ) {
      int end = style == Style.GPT2 ? gpt2(text, at) : cl100k(text, at);
      out.add(text.substring(at, end));
      at = end;
    }
  }

  private int kind(String text, int at) {
    if (at >= text.length()) {
      return END;
    }
    char c = text.charAt(at);
    int kind = c < 128 ? ASCII[c] : classify(text.codePointAt(at));
    return kind != MARK ? kind : marks ? LETTER : OTHER;
  }

  private int run(String text, int at, int kind) {
    while (kind(text, at) == kind) {
      at = after(text, at);
    }
    return at;
  }

  private static int after(String text, int at) {
    return at + (Character.isHighSurrogate(text.charAt(at)) && at + 1 < text.length() ? 2 : 1);
  }

  private int gpt2(String text, int at) {
    int contraction = contraction(text, at);
    if (contraction > 0) {
      return at + contraction;
    }
    int start = text.charAt(at) == ' ' ? at + 1 : at;
    int kind = kind(text, start);
    if (kind != SPACE && kind != END) {
      return run(text, start, kind);
    }
    return spaces(text, at, run(text, at, SPACE));
  }

  private int cl100k(String text, int at) {
    int contraction = contraction(text, at);
    if (contraction > 0) {
      return at + contraction;
    }
    char c = text.charAt(at);
    int kind = kind(text, at);
    if (kind == LETTER) {
      return run(text, at, LETTER);
    }
    if (kind == NUMBER) {
      int end = at;
      for (int i = 0; i < digits && kind(text, end) == NUMBER; i++) {
        end = after(text, end);
      }
      return end;
    }
    int next = after(text, at);
    if (c != '\r' && c != '\n' && kind(text, next) == LETTER) {
      return run(text, next, LETTER);
    }
    int start = c == ' ' ? next : at;
    if (kind(text, start) == OTHER) {
      int end = run(text, start, OTHER);
      while (end < text.length() && isNewline(text.charAt(end))) {
        end++;
      }
      return end;
    }
    int end = run(text, at, SPACE);
    for (int i = end - 1; i >= at; i--) {
      if (isNewline(text.charAt(i))) {
        return i + 1;
      }
    }
    return spaces(text, at, end);
  }

  /** White space up to the end of the text, or all of it but the last one; at least one. */
  private static int spaces(String text, int at, int end) {
    return end == text.length() || end - at == 1 ? end : end - 1;
  }

  private static boolean isNewline(char c) {
    return c == '\n' || c == '\r';
  }

  /** Units of the contraction that starts here, 0 if none does. */
  private int contraction(String text, int at) {
    if (contractions == Contractions.NONE || text.charAt(at) != '\'' || at + 1 >= text.length()) {
      return 0;
    }
    char first = fold(text.charAt(at + 1));
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
      return 2;
    }
    char second = at + 2 < text.length() ? fold(text.charAt(at + 2)) : 0;
    boolean two =
        (first == 'r' && second == 'e')
            || (first == 'v' && second == 'e')
            || (first == 'l' && second == 'l');
    return two ? 3 : 0;
  }

  private char fold(char c) {
    if (contractions == Contractions.LOWER) {
      return c;
    }
    if (c == 'ſ' && contractions == Contractions.FOLDED) {
      return 's';
    }
    return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
  }
}
