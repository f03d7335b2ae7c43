package io.zaohua.model.verse;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The forms poet knows, told apart by the number of lines and of characters a line; tones and rhyme
 * are not looked at, so old-style quatrains count as 絕 too.
 */
public enum Form {
  WUJUE("五絕", 5, 4, "五绝", "五言绝句", "五言絕句"),
  QIJUE("七絕", 7, 4, "七绝", "七言绝句", "七言絕句", "绝句", "絕句"),
  WULV("五律", 5, 8, "五言律诗", "五言律詩"),
  QILV("七律", 7, 8, "七言律诗", "七言律詩", "律诗", "律詩"),
  WUGU("五古", 5, 0, "五言古诗", "五言古詩", "五言", "古风", "古風", "古诗", "古詩"),
  QIGU("七古", 7, 0, "七言古诗", "七言古詩", "七言", "歌行"),
  ZAYAN("雜言", 0, 0, "杂言", "乐府", "樂府"),
  CI("詞", 0, 0, "词", "宋词", "宋詞");

  private static final int FEWEST_OLD_STYLE = 6;

  private final String word;
  private final int characters;
  private final int lines;
  private final String others; // between bars

  Form(String word, int characters, int lines, String... others) {
    this.word = word;
    this.characters = characters;
    this.lines = lines;
    this.others = "|" + String.join("|", others) + "|";
  }

  /** Its name in traditional script. */
  public String word() {
    return word;
  }

  /** Characters of each line; 0: they differ. */
  public int characters() {
    return characters;
  }

  /** How many lines; 0: any number. */
  public int lines() {
    return lines;
  }

  /** The control token between title and poem. */
  public String token() {
    return "<|" + word + "|>";
  }

  /** The form people mean by a word, in either script. */
  public static Optional<Form> named(String text) {
    return Arrays.stream(values()).filter(form -> form.names().contains(text)).findFirst();
  }

  /** Every word that names a form. */
  static List<String> words() {
    return Arrays.stream(values()).flatMap(form -> form.names().stream()).toList();
  }

  private List<String> names() {
    return List.of((word + others).split("[|]"));
  }

  /** The form of a poem's lines (never of a 詞, whose lines do not tell); empty for fragments. */
  public static Optional<Form> of(List<String> lines) {
    if (lines.size() < 3) {
      return Optional.empty();
    }
    int length = length(lines.getFirst());
    if (lines.stream().anyMatch(line -> length(line) != length)) {
      return Optional.of(ZAYAN);
    }
    for (Form form : values()) {
      boolean counted = form.lines == lines.size();
      boolean old = form.lines == 0 && lines.size() >= FEWEST_OLD_STYLE && lines.size() % 2 == 0;
      if (form.characters == length && (counted || old)) {
        return Optional.of(form);
      }
    }
    return length == 5 || length == 7 ? Optional.empty() : Optional.of(ZAYAN);
  }

  /** Whether these lines are of this form. */
  public boolean fits(List<String> poem) {
    return (lines == 0 || poem.size() == lines)
        && (characters == 0 || poem.stream().allMatch(line -> length(line) == characters));
  }

  private static int length(String line) {
    return line.codePointCount(0, line.length());
  }
}
