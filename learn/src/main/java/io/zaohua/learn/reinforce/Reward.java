package io.zaohua.learn.reinforce;

/** Judges an answer by a rule that can be checked. */
@FunctionalInterface
public interface Reward {

  /**
   * What an answer is worth; only differences within a group of answers count.
   *
   * @param answer the model's text, without its end token
   */
  double reward(String prompt, String answer, Example example);
}
