package io.zaohua.model;

import java.util.function.Supplier;

/**
 * A text that may be looked at so often only. A regular expression out of a file is run on it,
 * since one that backtracks without end would never answer.
 */
public final class MeteredText implements CharSequence {
  /** Looks that every text has; an expression of a real tokenizer needs some tens a character. */
  private static final long FREE = 10_000_000;

  private static final long PER_CHARACTER = 1_000;

  private final String text;
  private final Supplier<UserError> refusal;
  private long left;

  /**
   * @param refusal what is thrown when the looks are used up
   */
  public MeteredText(String text, Supplier<UserError> refusal) {
    this.text = text;
    this.refusal = refusal;
    this.left = FREE + PER_CHARACTER * text.length();
  }

  @Override
  public char charAt(int index) {
    if (--left < 0) {
      throw refusal.get();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.substring(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
