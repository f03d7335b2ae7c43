package io.zaohua.model.jinja;

/**
 * A piece of the source.
 *
 * @param kind what it is
 * @param text data as it is printed, names and operators as written, strings unescaped, numbers
 *     without underscores
 * @param line the line it starts on, from 1
 */
record Token(Kind kind, String text, int line) {
  /** Kinds of pieces. */
  enum Kind {
    DATA,
    OPEN_OUTPUT,
    CLOSE_OUTPUT,
    OPEN_TAG,
    CLOSE_TAG,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  boolean isOperator(String symbol) {
    return kind == Kind.OPERATOR && text.equals(symbol);
  }

  /** How a message names it. */
  String shown() {
    return switch (kind) {
      case END -> "the end";
      case CLOSE_OUTPUT -> "}}";
      case CLOSE_TAG -> "%}";
      case OPEN_OUTPUT -> "{{";
      case OPEN_TAG -> "{%";
      case DATA -> "text";
      case NAME, STRING, INTEGER, FLOAT, OPERATOR ->
          text.length() > 40 ? text.substring(0, 40) : text;
    };
  }
}
