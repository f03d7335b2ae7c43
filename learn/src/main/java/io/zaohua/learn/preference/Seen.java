package io.zaohua.learn.preference;

import java.util.LinkedHashMap;
import java.util.Map;

/** Margins of the answers gone through since the last look. */
final class Seen {
  private double sum;
  private int right;
  private int count;

  /** Margins, above 0 where the model is right. */
  void add(double[] margins) {
    for (double margin : margins) {
      sum += margin;
      right += margin > 0 ? 1 : 0;
      count++;
    }
  }

  /** Their mean and the share that is right; then it begins again. */
  Map<String, Double> take() {
    Map<String, Double> facts = new LinkedHashMap<>();
    if (count > 0) {
      facts.put("reward_margin", sum / count);
      facts.put("reward_accuracy", (double) right / count);
    }
    sum = 0;
    right = 0;
    count = 0;
    return facts;
  }
}
