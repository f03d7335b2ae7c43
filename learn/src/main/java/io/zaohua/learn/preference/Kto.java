package io.zaohua.learn.preference;

import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Tensor;

/**
 * The loss of judged answers (KTO, Ethayarajh et al. 2024, eq. 8): w (1 - sigmoid(beta (r - z)))
 * for good ones, w (1 - sigmoid(beta (z - r))) for bad ones, where r is the log-ratio to the
 * reference and z the reference point.
 *
 * @param beta strength of the bond to the reference
 * @param desirable w of good answers
 * @param undesirable w of bad ones
 */
public record Kto(double beta, double desirable, double undesirable) {

  /**
   * Losses, [n].
   *
   * @param ratios log-ratios of the answers to the reference, [n]
   * @param signs 1 for good answers, -1 for bad ones, [n]
   * @param point the reference point z, see {@link #point}
   */
  public Tensor apply(Tensor ratios, Tensor signs, double point) {
    Tensor weights = signs.mul((desirable - undesirable) / 2).add((desirable + undesirable) / 2);
    Tensor value = Functional.sigmoid(ratios.add(-point).mul(signs).mul(beta));
    return value.neg().add(1).mul(weights);
  }

  /**
   * How far the model has moved: the mean log-ratio of answers under prompts that are not theirs,
   * at least 0. No gradient goes through it.
   */
  public static double point(double[] ratios) {
    double sum = 0;
    for (double ratio : ratios) {
      sum += ratio;
    }
    return ratios.length == 0 ? 0 : Math.max(0, sum / ratios.length);
  }
}
