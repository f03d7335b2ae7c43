package io.zaohua.model.verse;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What someone wants written.
 *
 * @param title the poem's title; empty for none
 * @param form its form; where none is named, the opening's, else 五絕
 * @param opening the poem's beginning, which is gone on from; empty for none
 */
public record VerseRequest(String title, Form form, String opening) {
  /** Titles of the training text are no longer. */
  public static final int LONGEST_TITLE = 16;

  private static final String MARKS = "，。！？；：、";
  private static final String SEPARATORS = "[\\s\\u3000·：:]+";

  /**
   * Reads a prompt: a form's name first if there is one, then a title; a text with punctuation is
   * the poem's own beginning, and a title may stand in the row before it. Half-width punctuation is
   * made full-width.
   *
   * @throws UserError if it has no Chinese, other letters, or a title past {@link #LONGEST_TITLE}
   */
  public static VerseRequest of(String prompt) {
    String text = fullWidth(prompt).strip();
    Optional<Form> form = Optional.empty();
    Optional<String> word =
        Form.words().stream()
            .filter(text::startsWith)
            .max(Comparator.comparingInt(String::length))
            .filter(w -> text.length() == w.length() || separates(text.charAt(w.length())));
    String rest = text;
    if (word.isPresent()) {
      form = Form.named(word.get());
      rest = text.substring(word.get().length()).replaceFirst("^" + SEPARATORS, "");
    }
    rest = rest.replaceAll("[《》「」『』“”\"]", "").strip();
    if (form.isEmpty() || !rest.isEmpty()) {
      check(rest, prompt);
    }
    int row = rest.indexOf('\n');
    String first = row < 0 ? rest : rest.substring(0, row).strip();
    boolean titled = !punctuated(first);
    String title = titled ? first.replaceAll("\\s+", "") : "";
    String opening = titled ? (row < 0 ? "" : rest.substring(row)) : rest;
    if (title.codePointCount(0, title.length()) > LONGEST_TITLE) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "The title has %d characters, poet knows titles of up to %d.",
              "题目有 %d 个字,poet 只认识不超过 %d 个字的题目。",
              title.codePointCount(0, title.length()),
              LONGEST_TITLE),
          Message.of(
              "Shorten it, or write a first line with its punctuation.", "请缩短题目,或写出带标点的首句。"));
    }
    String body = Verse.rows(opening.replaceAll("\\s+", ""));
    return new VerseRequest(title, form.orElseGet(() -> guess(body)), body);
  }

  /** The text the model goes on from. */
  public String prompt() {
    boolean ended = !opening.isEmpty() && "。！？".indexOf(opening.charAt(opening.length() - 1)) >= 0;
    return Verse.START + title + form.token() + opening + (ended ? "\n" : "");
  }

  private static Form guess(String opening) {
    List<String> lines = Verse.lines(opening);
    if (lines.isEmpty()) {
      return Form.WUJUE;
    }
    return switch (lines.getFirst().codePointCount(0, lines.getFirst().length())) {
      case 5 -> lines.size() > 4 ? Form.WULV : Form.WUJUE;
      case 7 -> lines.size() > 4 ? Form.QILV : Form.QIJUE;
      default -> Form.ZAYAN;
    };
  }

  private static void check(String text, String prompt) {
    boolean han = text.codePoints().anyMatch(VerseRequest::isHan);
    boolean other =
        text.codePoints()
            .anyMatch(c -> !isHan(c) && !Character.isWhitespace(c) && MARKS.indexOf(c) < 0);
    if (!han || other) {
      String shown = prompt.length() > 40 ? prompt.substring(0, 40) + "..." : prompt;
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "poet writes Chinese classical verse and takes Chinese characters only; the prompt"
                  + " is \"%s\".",
              "poet 写作中国古典诗词,只接受汉字;提示为“%s”。", shown),
          Message.of(
              "Give a form and a title, such as \"五绝 春望\", a title, or a first line with its"
                  + " punctuation; for other texts use another model, such as smollm2:135m.",
              "请给出体裁与题目(如“五绝 春望”)、题目,或带标点的首句;其他文字请换用别的模型,如 smollm2:135m。"));
    }
  }

  private static boolean isHan(int c) {
    return Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN;
  }

  private static boolean separates(char c) {
    return Character.toString(c).matches(SEPARATORS) || c == '《' || MARKS.indexOf(c) >= 0;
  }

  private static boolean punctuated(String text) {
    return text.chars().anyMatch(c -> MARKS.indexOf(c) >= 0);
  }

  private static String fullWidth(String text) {
    return text.replace(',', '，')
        .replace('.', '。')
        .replace('!', '！')
        .replace('?', '？')
        .replace(';', '；')
        .replace(':', '：');
  }
}
