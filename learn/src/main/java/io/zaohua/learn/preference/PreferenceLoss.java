package io.zaohua.learn.preference;

import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Tensor;

/** A loss for each pair of answers, [n]. */
@FunctionalInterface
public interface PreferenceLoss {
  Tensor apply(Pairs pairs);

  /** This loss so many times. */
  default PreferenceLoss times(double factor) {
    return pairs -> apply(pairs).mul(factor);
  }

  /** This loss and, so many times, the chosen answer's own mean cross-entropy. */
  default PreferenceLoss alsoLearning(double factor) {
    return factor == 0 ? this : pairs -> apply(pairs).sub(pairs.meanChosen().mul(factor));
  }

  /** -log sigmoid(beta margin) (DPO, Rafailov et al. 2023). */
  static PreferenceLoss dpo(double beta) {
    return pairs -> Functional.logSigmoid(pairs.margin().mul(beta)).neg();
  }

  /** max(0, 1 - beta margin), DPO's hinge (SLiC, Zhao et al. 2023). */
  static PreferenceLoss hinge(double beta) {
    return pairs -> Functional.relu(pairs.margin().mul(-beta).add(1));
  }

  /** (margin - 1 / (2 beta))^2 on means over tokens (IPO, Azar et al. 2023). */
  static PreferenceLoss ipo(double beta) {
    return pairs -> pairs.meanMargin().add(-1 / (2 * beta)).pow(2);
  }

  /** -log sigmoid(beta (mean chosen - mean rejected) - gamma) (SimPO, Meng et al. 2024). */
  static PreferenceLoss simpo(double beta, double gamma) {
    return pairs -> {
      Tensor margin = pairs.meanChosen().sub(pairs.meanRejected());
      return Functional.logSigmoid(margin.mul(beta).add(-gamma)).neg();
    };
  }

  /** -log sigmoid(log odds ratio) of the mean probabilities (ORPO, Hong et al. 2024, eq. 6). */
  static PreferenceLoss orpo() {
    return pairs -> {
      Tensor ratio = logOdds(pairs.meanChosen()).sub(logOdds(pairs.meanRejected()));
      return Functional.logSigmoid(ratio).neg();
    };
  }

  /** log(p / (1 - p)) of p = exp(x). */
  private static Tensor logOdds(Tensor x) {
    return x.sub(x.expm1().neg().log());
  }
}
