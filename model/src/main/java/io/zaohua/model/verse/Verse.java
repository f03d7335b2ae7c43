package io.zaohua.model.verse;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A poem as poet reads and writes it: {@code <s>title<|form|>line,line。⏎line,line。</s>} in
 * traditional script. The title comes before the form, so that the model can be given both, or only
 * a title and choose the form, or only a form and an opening.
 */
public final class Verse {
  /** Before a title, or before the form where there is none. */
  public static final String START = "<s>";

  /** After a poem. */
  public static final String END = "</s>";

  /** Punctuation between lines; the second of them ends a sentence. */
  private static final String COMMA = "，";

  private static final String STOP = "。";

  /** Marks that end a sentence, after which the text goes on in a new row. */
  private static final String SENTENCE_ENDS = "。！？";

  private static final String BREAKS = "[，。！？；：、\\s]+";

  private Verse() {}

  /** The lines of a poem: what stands between punctuation marks. */
  public static List<String> lines(String poem) {
    return Arrays.stream(poem.split(BREAKS)).filter(line -> !line.isEmpty()).toList();
  }

  /** Lines of equal length as rows of two: {@code line,line。}. */
  public static String couplets(List<String> lines) {
    var text = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      boolean second = i % 2 == 1;
      text.append(lines.get(i)).append(second || i == lines.size() - 1 ? STOP : COMMA);
      if (second && i < lines.size() - 1) {
        text.append('\n');
      }
    }
    return text.toString();
  }

  /** The same poem with a new row after every sentence. */
  public static String rows(String poem) {
    var text = new StringBuilder();
    String flat =
        poem.chars()
            .filter(c -> !Character.isWhitespace(c))
            .mapToObj(Character::toString)
            .collect(Collectors.joining());
    for (int i = 0; i < flat.length(); i++) {
      text.append(flat.charAt(i));
      if (SENTENCE_ENDS.indexOf(flat.charAt(i)) >= 0 && i < flat.length() - 1) {
        text.append('\n');
      }
    }
    return text.toString();
  }

  /** A whole document of the training text. */
  public static String document(String title, Form form, String poem) {
    return START + title + form.token() + poem + END;
  }
}
