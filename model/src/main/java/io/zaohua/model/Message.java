package io.zaohua.model;

import java.util.Locale;

/**
 * A sentence for people, in English and in Chinese.
 *
 * @param english the English sentence, already formatted
 * @param chinese the same sentence in Chinese
 */
public record Message(String english, String chinese) {

  /** Both sentences formatted with the same arguments, in {@link Locale#ROOT}. */
  public static Message of(String english, String chinese, Object... args) {
    return args.length == 0
        ? new Message(english, chinese)
        : new Message(
            String.format(Locale.ROOT, english, args), String.format(Locale.ROOT, chinese, args));
  }

  /** The sentence in the user's language, see {@link #speaksChinese()}. */
  public String text() {
    return speaksChinese() ? chinese : english;
  }

  /** Whether messages are Chinese: {@code ZAOHUA_LANG} (zh or en) first, then the locale. */
  public static boolean speaksChinese() {
    String wanted = System.getenv("ZAOHUA_LANG");
    String language =
        wanted == null || wanted.isBlank() ? Locale.getDefault().getLanguage() : wanted;
    return language.toLowerCase(Locale.ROOT).startsWith("zh");
  }

  /**
   * A text as one line of {@code longest} characters at most: names out of files may hold line
   * ends, a terminal's commands, or megabytes.
   */
  public static String oneLine(String text, int longest) {
    var line = new StringBuilder();
    text.substring(0, Math.min(text.length(), longest))
        .codePoints()
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .forEach(line::appendCodePoint);
    return text.length() > longest ? line.append('…').toString() : line.toString();
  }

  @Override
  public String toString() {
    return text();
  }
}
