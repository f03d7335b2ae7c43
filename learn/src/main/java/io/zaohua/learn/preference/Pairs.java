package io.zaohua.learn.preference;

import io.zaohua.tensor.Tensor;
import java.util.Optional;

/**
 * What a model says of pairs of answers: sums of log-probabilities over an answer's tokens, all
 * [n].
 *
 * @param chosen of the preferred answers
 * @param rejected of the others
 * @param chosenLength tokens of the preferred answers, same type
 * @param rejectedLength tokens of the others, same type
 * @param reference what the model said before training, for losses that hold on to it
 */
public record Pairs(
    Tensor chosen,
    Tensor rejected,
    Tensor chosenLength,
    Tensor rejectedLength,
    Optional<Reference> reference) {

  /** Sums of log-probabilities by the reference model, [n] both. */
  public record Reference(Tensor chosen, Tensor rejected) {}

  /** By how much more the model prefers the chosen answers than the reference does, [n]. */
  Tensor margin() {
    Reference r = required();
    return chosen.sub(rejected).sub(r.chosen().sub(r.rejected()));
  }

  /** The same with each sum divided by its answer's length, [n]. */
  Tensor meanMargin() {
    Reference r = required();
    Tensor before = r.chosen().div(chosenLength).sub(r.rejected().div(rejectedLength));
    return meanChosen().sub(meanRejected()).sub(before);
  }

  /** How much the model prefers the chosen answers: sums or means, against a reference if any. */
  Tensor preferred(boolean means) {
    if (reference.isPresent()) {
      return means ? meanMargin() : margin();
    }
    return means ? meanChosen().sub(meanRejected()) : chosen.sub(rejected);
  }

  Tensor meanChosen() {
    return chosen.div(chosenLength);
  }

  Tensor meanRejected() {
    return rejected.div(rejectedLength);
  }

  private Reference required() {
    return reference.orElseThrow(
        () ->
            new IllegalArgumentException(
                "This loss compares with a reference model, and the pairs have none."));
  }
}
