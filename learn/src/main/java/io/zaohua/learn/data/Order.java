package io.zaohua.learn.data;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Orders drawn by chance. */
public final class Order {
  private Order() {}

  /** The numbers from 0 to below {@code count}, shuffled (Fisher and Yates, from the end). */
  public static int[] shuffled(int count, SplittableRandom random) {
    int[] order = straight(count);
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int other = order[i];
      order[i] = order[j];
      order[j] = other;
    }
    return order;
  }

  /** The same for one time through the data: another order each epoch, the same for one seed. */
  static int[] ofEpoch(int count, long seed, long epoch) {
    return shuffled(count, new SplittableRandom(seed * 0x9e3779b97f4a7c15L + epoch));
  }

  /** The numbers from 0 to below {@code count}. */
  static int[] straight(int count) {
    int[] order = new int[count];
    Arrays.setAll(order, i -> i);
    return order;
  }
}
