package io.zaohua.learn.verse;

import io.zaohua.model.verse.VerseRequest;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Editors' marks out of poems and titles. */
final class Cleaning {
  private static final Pattern NOTES = Pattern.compile("（[^）]*）|\\([^)]*\\)|〔[^〕]*〕");
  private static final Pattern QUOTES = Pattern.compile("[\\[\\]「」『』《》〈〉“”‘’·\\s]");
  private static final Pattern DOUBLED = Pattern.compile("([，。！？；：、])[，。！？；：、]+");
  private static final Pattern NUMBER =
      Pattern.compile("[\\s　]+其?[一二三四五六七八九十百○〇]+$|其[一二三四五六七八九十百○〇]+$");
  private static final Pattern SERIES = Pattern.compile("[一二三四五六七八九十百○〇]+首$");
  private static final String MARKS = "，。！？；：、";
  private static final List<String> NO_TITLES = List.of("句", "失題", "闕題", "缺題", "斷句", "詩", "佚題");

  private Cleaning() {}

  /**
   * A poem's text with nothing but characters and full-width punctuation; empty where characters
   * are missing or stand for what cannot be printed.
   */
  static Optional<String> poem(String raw) {
    String text = NOTES.matcher(raw).replaceAll("");
    text = QUOTES.matcher(text).replaceAll("");
    text =
        text.replace(',', '，')
            .replace('.', '。')
            .replace('!', '！')
            .replace('?', '？')
            .replace(';', '；')
            .replace(':', '：');
    text = DOUBLED.matcher(text).replaceAll("$1").replaceFirst("^[，。！？；：、]+", "");
    boolean whole = text.codePoints().allMatch(c -> isHan(c) || MARKS.indexOf(c) >= 0);
    return whole && !text.isEmpty() ? Optional.of(text) : Optional.empty();
  }

  /**
   * A title without its number in a series, its notes and its collection; empty if nothing is left.
   */
  static String title(String raw) {
    String text = NOTES.matcher(raw).replaceAll("").strip();
    text = NUMBER.matcher(text).replaceFirst("");
    text = SERIES.matcher(text.strip()).replaceFirst("").strip();
    text = text.substring(text.lastIndexOf(' ') + 1);
    text = QUOTES.matcher(text).replaceAll("");
    boolean fits =
        text.codePoints().allMatch(Cleaning::isHan)
            && text.codePointCount(0, text.length()) <= VerseRequest.LONGEST_TITLE
            && !NO_TITLES.contains(text);
    return fits ? text : "";
  }

  private static boolean isHan(int c) {
    // U+3007 is a zero and stands for missing characters too
    return Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN && c != 0x3007;
  }
}
