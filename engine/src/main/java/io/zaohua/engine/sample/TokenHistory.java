package io.zaohua.engine.sample;

import java.util.Arrays;
import java.util.Objects;

/** The tokens of a sequence so far. */
public final class TokenHistory {
  private int[] ids;
  private int length;
  private final int prompt;

  private TokenHistory(int[] prompt) {
    this.ids = Arrays.copyOf(prompt, prompt.length + 64);
    this.length = prompt.length;
    this.prompt = prompt.length;
  }

  /** A prompt and nothing after it. */
  public static TokenHistory of(int... prompt) {
    return new TokenHistory(prompt);
  }

  /** Takes what was chosen; for whoever runs the sequence, not for choosers. */
  public void add(int id) {
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, 2 * length);
    }
    ids[length++] = id;
  }

  /** Tokens, prompt included. */
  public int length() {
    return length;
  }

  /** Tokens of the prompt. */
  public int promptLength() {
    return prompt;
  }

  public int get(int index) {
    return ids[Objects.checkIndex(index, length)];
  }

  /** A copy of all of them. */
  public int[] toArray() {
    return Arrays.copyOf(ids, length);
  }
}
