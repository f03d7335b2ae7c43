package io.zaohua.engine.sample;

import java.util.Arrays;

/**
 * Locally typical sampling (Meister et al. 2022, arXiv 2202.00666): keeps the tokens whose surprise
 * is closest to the expected one until their probabilities sum to more than {@code p}.
 */
record Typical(double p) implements Cut {
  @Override
  public void apply(Candidates candidates) {
    int size = candidates.size();
    double total = candidates.total();
    double logTotal = StrictMath.log(total);
    double entropy = 0;
    for (int i = 0; i < size; i++) {
      double weight = candidates.weight(i);
      if (weight > 0) {
        entropy += weight / total * surprise(candidates, i, logTotal);
      }
    }
    long[] byDistance = new long[size];
    for (int i = 0; i < size; i++) {
      float distance = (float) Math.abs(surprise(candidates, i, logTotal) - entropy);
      byDistance[i] = (long) Float.floatToIntBits(distance) << 32 | i;
    }
    Arrays.sort(byDistance);
    boolean[] kept = new boolean[size];
    double sum = 0;
    for (int i = 0; i < size && sum <= p * total; i++) {
      int index = (int) byDistance[i];
      kept[index] = true;
      sum += candidates.weight(index);
    }
    candidates.keepMarked(kept);
  }

  /** In nats. */
  private static double surprise(Candidates candidates, int i, double logTotal) {
    return logTotal - ((double) candidates.logit(i) - candidates.max());
  }
}
