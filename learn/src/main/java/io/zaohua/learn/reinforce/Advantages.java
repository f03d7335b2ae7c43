package io.zaohua.learn.reinforce;

/** How much better answers are than the others to the same prompt (GRPO, Shao et al. 2024). */
public final class Advantages {
  private static final double FLOOR = 1e-4; // as in TRL: a group of equals has no advantage

  private Advantages() {}

  /**
   * Rewards less their group's mean, and divided by its deviation if asked for.
   *
   * @param rewards those of one group after another
   * @param group answers of a group
   * @param divide whether by the deviation; Dr. GRPO (Liu et al. 2025) leaves that out
   */
  public static double[] of(double[] rewards, int group, boolean divide) {
    double[] advantages = new double[rewards.length];
    for (int from = 0; from < rewards.length; from += group) {
      double mean = 0;
      for (int i = from; i < from + group; i++) {
        mean += rewards[i] / group;
      }
      double squares = 0;
      for (int i = from; i < from + group; i++) {
        squares += (rewards[i] - mean) * (rewards[i] - mean);
      }
      double deviation = Math.sqrt(squares / Math.max(1, group - 1));
      for (int i = from; i < from + group; i++) {
        advantages[i] = (rewards[i] - mean) / (divide ? deviation + FLOOR : 1);
      }
    }
    return advantages;
  }
}
