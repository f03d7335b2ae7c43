package io.zaohua.app.chat;

/**
 * Inputs of several lines: a line that ends with a backslash goes on, and so does everything
 * between two {@code """}.
 */
final class Lines {
  private static final String FENCE = "\"\"\"";

  private Lines() {}

  /** Whether more lines are wanted. */
  static boolean goesOn(String text) {
    String stripped = text.stripLeading();
    if (stripped.startsWith(FENCE)) {
      return stripped.indexOf(FENCE, FENCE.length()) < 0;
    }
    return text.endsWith("\\");
  }

  /** What was meant: without fences and without the backslashes that joined lines. */
  static String joined(String text) {
    String stripped = text.strip();
    if (stripped.startsWith(FENCE)) {
      int end = stripped.indexOf(FENCE, FENCE.length());
      return stripped.substring(FENCE.length(), end < 0 ? stripped.length() : end).strip();
    }
    return text.replace("\\\n", "\n");
  }
}
