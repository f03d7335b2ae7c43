package io.zaohua.learn.reinforce;

import io.zaohua.tensor.Tensor;

/**
 * The loss of drawn tokens (GRPO, Shao et al. 2024, eq. 3 and 4): -min(r A, clip(r) A) + beta k,
 * where r is the ratio to the probability the token was drawn with, and k = e^d - d - 1 with d the
 * reference's log-probability less the model's, an estimate of the divergence that is never
 * negative (Schulman's k3).
 *
 * @param low how far below 1 a ratio counts
 * @param high how far above 1 it counts (DAPO, Yu et al. 2025, lets it be larger)
 * @param beta strength of the bond to the reference, 0 for none
 */
public record GrpoLoss(double low, double high, double beta) {

  /**
   * Losses, [n].
   *
   * @param logs log-probabilities by the model now
   * @param drawn those when the tokens were drawn
   * @param reference those by the model before training; not read if beta is 0
   * @param advantages of the tokens' answers
   */
  public Tensor apply(Tensor logs, Tensor drawn, Tensor reference, Tensor advantages) {
    Tensor ratio = logs.sub(drawn).exp();
    Tensor free = ratio.mul(advantages);
    Tensor held = ratio.clamp(1 - low, 1 + high).mul(advantages);
    Tensor loss = free.neg().maximum(held.neg());
    return beta == 0 ? loss : loss.add(divergence(logs, reference).mul(beta));
  }

  /** k3 of each token, [n]. */
  static Tensor divergence(Tensor logs, Tensor reference) {
    Tensor d = reference.sub(logs);
    return d.exp().sub(d).add(-1);
  }
}
