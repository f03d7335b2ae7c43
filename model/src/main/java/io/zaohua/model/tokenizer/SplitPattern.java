package io.zaohua.model.tokenizer;

import io.zaohua.model.Message;
import io.zaohua.model.MeteredText;
import io.zaohua.model.UserError;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression with the meaning it has in Oniguruma, which tokenizer.json is written for:
 * classes are Unicode's, lines end at \n only, {@code $} is the end of any line.
 */
final class SplitPattern {
  private static final int FLAGS =
      Pattern.UNICODE_CHARACTER_CLASS
          | Pattern.UNICODE_CASE
          | Pattern.MULTILINE
          | Pattern.UNIX_LINES;

  private static final String WORD = "\\p{IsAlphabetic}\\p{M}\\p{N}\\p{Pc}";
  private static final String WORD_BOUNDARY =
      "(?:(?<=[" + WORD + "])(?![" + WORD + "])|(?<![" + WORD + "])(?=[" + WORD + "]))";

  /** java.util.regex recurses on groups that repeat; long texts then need a deep stack. */
  private static final long DEEP_STACK = 1L << 29;

  /** Is told every stretch of the text in order, what matched and what lies between. */
  interface Stretch {
    void found(int start, int end, boolean match);
  }

  private final Pattern pattern;

  private SplitPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  static SplitPattern literal(String text) {
    return new SplitPattern(Pattern.compile(Pattern.quote(text)));
  }

  static SplitPattern regex(String expression) {
    try {
      return new SplitPattern(Pattern.compile(translate(expression), FLAGS));
    } catch (PatternSyntaxException | StackOverflowError e) {
      throw new UserError(
          UserError.Kind.UNSUPPORTED,
          Message.of(
              "The tokenizer's regular expression %s cannot be read here.",
              "无法解析该分词器的正则表达式 %s。", expression),
          TokenizerErrors.REPLACE_FILE,
          e);
    }
  }

  /**
   * What is spelled otherwise in Java: scripts have a prefix (\\p{Han} is \\p{IsHan}), and word
   * characters are letters, marks, all numerals and connectors, without joiners.
   */
  private static String translate(String expression) {
    var out = new StringBuilder(expression.length());
    for (int at = 0; at < expression.length(); at++) {
      char c = expression.charAt(at);
      if (c != '\\' || at + 1 == expression.length()) {
        out.append(c);
        continue;
      }
      char escaped = expression.charAt(++at);
      switch (escaped) {
        case 'w' -> out.append('[').append(WORD).append(']');
        case 'W' -> out.append("[^").append(WORD).append(']');
        case 'b' -> out.append(WORD_BOUNDARY);
        case 'p', 'P' -> {
          int close = expression.indexOf('}', at);
          if (close < 0 || at + 1 >= close || expression.charAt(at + 1) != '{') {
            out.append(c).append(escaped);
            continue;
          }
          String name = expression.substring(at + 2, close);
          boolean negated = (escaped == 'P') != name.startsWith("^");
          name = name.startsWith("^") ? name.substring(1) : name;
          out.append(negated ? "\\P{" : "\\p{");
          out.append(name.length() > 2 && !name.startsWith("Is") ? "Is" : "");
          out.append(name).append('}');
          at = close;
        }
        default -> out.append(c).append(escaped);
      }
    }
    return out.toString();
  }

  void find(String text, Stretch out) {
    var stretches = new Ids(64);
    try {
      search(text, stretches);
    } catch (StackOverflowError _) {
      stretches.truncate(0);
      searchDeep(text, stretches);
    }
    int at = 0;
    int[] bounds = stretches.toArray();
    for (int i = 0; i < bounds.length; i += 2) {
      out.found(at, bounds[i], false);
      out.found(bounds[i], bounds[i + 1], true);
      at = bounds[i + 1];
    }
    out.found(at, text.length(), false);
  }

  /** Every match with its text replaced. */
  String replaceAll(String text, String replacement) {
    var replaced = new StringBuilder(text.length());
    find(
        text,
        (start, end, match) -> {
          if (match) {
            replaced.append(replacement);
          } else {
            replaced.append(text, start, end);
          }
          Growth.check(replaced.length(), text.length());
        });
    return replaced.toString();
  }

  private void search(String text, Ids bounds) {
    var matcher = pattern.matcher(new MeteredText(text, () -> tooMuch(text.length())));
    while (matcher.find()) {
      bounds.add(matcher.start());
      bounds.add(matcher.end());
    }
  }

  private void searchDeep(String text, Ids bounds) {
    var failure = new AtomicReference<UserError>();
    var thread =
        new Thread(
            null,
            () -> {
              try {
                search(text, bounds);
              } catch (StackOverflowError _) {
                failure.set(tooMuch(text.length()));
              } catch (UserError e) {
                failure.set(e);
              }
            },
            "zaohua-split",
            DEEP_STACK);
    thread.start();
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure.get() != null) {
      throw failure.get();
    }
  }

  private static UserError tooMuch(int length) {
    return new UserError(
        UserError.Kind.CAPACITY,
        Message.of(
            "A text of %d characters takes the tokenizer's regular expression too long.",
            "%d 个字符的文本超出了该分词器正则表达式的处理能力。", length),
        Message.of("Pass the text in smaller parts.", "请将文本分段传入。"));
  }
}
