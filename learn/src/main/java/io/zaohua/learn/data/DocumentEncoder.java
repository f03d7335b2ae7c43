package io.zaohua.learn.data;

import io.zaohua.model.tokenizer.Tokenizer;
import java.util.Arrays;

/**
 * Texts as ids: the tokenizer's own ids before a prompt, the text, the end token if it has one. A
 * long text can be given in pieces.
 *
 * @param special whether control tokens written in the text count as such
 * @param end whether the end token follows each document
 */
record DocumentEncoder(Tokenizer tokenizer, boolean special, boolean end) {
  /** Characters to either side of a place that decide whether a token ends there. */
  static final int NEAR = 2048;

  /** Places tried, of each kind. */
  private static final int TRIES = 64;

  int[] ids(String text) {
    return tokenizer.encodeOpenPrompt(text, special);
  }

  /** Ids that end a document. */
  int[] ending() {
    return end && tokenizer.eos().isPresent()
        ? new int[] {tokenizer.eos().getAsInt()}
        : new int[] {};
  }

  /** The last characters of a text, so many as {@link #after} needs of it. */
  static String tail(String text) {
    return text.substring(whole(text, Math.max(0, text.length() - NEAR)));
  }

  /** The ids of a text that goes on after another, of which {@code before} is the tail. */
  int[] after(String before, String text) {
    int[] both = ids(before + text);
    return Arrays.copyOfRange(both, Math.min(both.length, ids(before).length), both.length);
  }

  /**
   * The best place to cut a text between {@code from} and {@code to}: the last line end, else the
   * last character, at which a token ends whatever follows; judged by the characters around it.
   */
  int cut(CharSequence text, int from, int to) {
    int tried = 0;
    for (int at = to; at > from && tried < TRIES; at--) {
      if (text.charAt(at - 1) == '\n' && text.charAt(at) != '\n') {
        if (ends(text, at)) {
          return at;
        }
        tried++;
      }
    }
    for (int at = to; at > Math.max(from, to - TRIES); at--) {
      if (whole(text, at) == at && ends(text, at)) {
        return at;
      }
    }
    return whole(text, to);
  }

  private boolean ends(CharSequence text, int at) {
    int low = whole(text, Math.max(0, at - NEAR));
    int high = whole(text, Math.min(text.length(), at + NEAR));
    int[] before = ids(text.subSequence(low, at).toString());
    int[] both = ids(text.subSequence(low, high).toString());
    return both.length >= before.length
        && Arrays.equals(before, Arrays.copyOf(both, before.length));
  }

  /** The place itself, or the one before where it would part the halves of a character. */
  private static int whole(CharSequence text, int at) {
    return at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
  }
}
