package io.zaohua.learn.preference;

import io.zaohua.learn.data.Batch;
import io.zaohua.learn.objective.Chunks;
import io.zaohua.learn.objective.Loss;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

/**
 * A loss on pairs of answers. The answers' sums are found first, without gradients; the loss's
 * slope in each sum then weighs the gradients of its tokens, so that logits exist in chunks only.
 */
public final class PairObjective implements Loss {
  private final Transformer model;
  private final Optional<Reference> reference;
  private final PreferenceLoss loss;
  private final boolean means;
  private final double beta;
  private final Seen seen = new Seen();

  /**
   * @param reference what the loss compares with, if it does
   * @param means whether margins are told of means over tokens
   * @param beta what margins are multiplied by where they are told
   */
  public PairObjective(
      Transformer model,
      Optional<Reference> reference,
      PreferenceLoss loss,
      boolean means,
      double beta) {
    this.model = model;
    this.reference = reference;
    this.loss = loss;
    this.means = means;
    this.beta = beta;
  }

  @Override
  public int counted(Batch batch) {
    return batch.count(Batch.Role.CHOSEN);
  }

  @Override
  public double backward(Batch batch, int total) {
    try (Scope _ = Scope.open("pairs")) {
      Chunks chunks = Chunks.of(model, batch);
      Sums sums = Sums.of(chunks, batch.rows());
      Tensor logs = sums.logs().requireGrad();
      Pairs pairs = pairs(batch, logs, sums.tokens());
      Tensor value = loss.apply(pairs).sum().div(total);
      value.backward();
      seen.add(pairs.preferred(means).detach().mul(beta).toDoubles());
      Sums.backward(chunks, logs.grad().orElseThrow().toDoubles(), (double) counted(batch) / total);
      return value.item();
    }
  }

  @Override
  public double sum(Batch batch) {
    try (Scope _ = Scope.open("pairs");
        Autograd _ = Autograd.off()) {
      Sums sums = Sums.of(model, batch);
      return loss.apply(pairs(batch, sums.logs(), sums.tokens())).sum().item();
    }
  }

  private Pairs pairs(Batch batch, Tensor logs, Tensor tokens) {
    int n = counted(batch);
    return new Pairs(
        logs.slice(0, 0, n),
        logs.slice(0, n, 2L * n),
        tokens.slice(0, 0, n),
        tokens.slice(0, n, 2L * n),
        reference.map(
            r -> {
              Tensor before = r.sums(batch).logs();
              return new Pairs.Reference(before.slice(0, 0, n), before.slice(0, n, 2L * n));
            }));
  }

  @Override
  public Map<String, Double> facts() {
    return seen.take();
  }
}
