package io.zaohua.engine.sample;

/** The tokens a sequence has so far: the prompt, then what was chosen. */
public interface TokenHistory {
  /** Number of tokens, prompt included. */
  int length();

  /** How many of them, from the start, are the prompt. */
  int promptLength();

  /** The token at {@code index}, from 0. */
  int get(int index);
}
