package io.zaohua.learn.run;

import io.zaohua.learn.data.Batch;
import io.zaohua.learn.objective.Chunks;
import io.zaohua.learn.objective.Loss;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.util.Map;

/** Cross-entropy of the next token. */
final class LanguageLoss implements Loss {
  private final Transformer model;
  private final Recipe.LossSettings settings;
  private double routing;

  LanguageLoss(Transformer model, Recipe.LossSettings settings) {
    this.model = model;
    this.settings = settings;
  }

  @Override
  public int counted(Batch batch) {
    return batch.learned();
  }

  @Override
  public double backward(Batch batch, int total) {
    try (Scope _ = Scope.open("batch")) {
      Chunks chunks = Chunks.of(model, batch);
      double share = (double) chunks.count() / total;
      routing += share * chunks.routingLoss();
      return chunks.backward((h, from, count) -> loss(chunks, h, from, count).div(total), share);
    }
  }

  /** Plain cross-entropy, whatever is added to it in training. */
  @Override
  public double sum(Batch batch) {
    try (Scope _ = Scope.open("evaluation");
        Autograd _ = Autograd.off()) {
      Chunks chunks = Chunks.of(model, batch);
      return chunks.sum((h, from, count) -> chunks.logs(h, from, count).sum().neg());
    }
  }

  /** The routers' losses of a step, weighted; they are not in the loss told. */
  @Override
  public Map<String, Double> facts() {
    double sum = routing;
    routing = 0;
    return sum == 0 ? Map.of() : Map.of("routing_loss", sum);
  }

  private Tensor loss(Chunks chunks, Tensor hidden, int from, int count) {
    Tensor logits = model.head(hidden); // [count, vocabulary]
    Tensor loss =
        Functional.crossEntropy(
            logits, chunks.targets(from, count), Functional.Reduction.SUM, settings.smoothing());
    if (settings.zLoss() == 0) {
      return loss;
    }
    Tensor partition = Functional.logSumExp(logits, -1); // [count]
    return loss.add(partition.mul(partition).sum().mul(settings.zLoss()));
  }
}
