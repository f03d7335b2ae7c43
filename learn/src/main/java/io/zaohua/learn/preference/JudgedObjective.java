package io.zaohua.learn.preference;

import io.zaohua.learn.data.Batch;
import io.zaohua.learn.objective.Chunks;
import io.zaohua.learn.objective.Loss;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * KTO's loss of a batch. The reference point is that of the batch itself, so that several batches
 * of one step each have their own, as in TRL.
 */
public final class JudgedObjective implements Loss {
  private final Transformer model;
  private final Reference reference;
  private final Kto loss;
  private final Seen seen = new Seen();
  private double point;

  public JudgedObjective(Transformer model, Reference reference, Kto loss) {
    this.model = model;
    this.reference = reference;
    this.loss = loss;
  }

  @Override
  public int counted(Batch batch) {
    return batch.count(Batch.Role.LIKED) + batch.count(Batch.Role.DISLIKED);
  }

  @Override
  public double backward(Batch batch, int total) {
    try (Scope _ = Scope.open("judged answers")) {
      Batch answers = batch.rows(0, counted(batch));
      point = point(batch);
      Chunks chunks = Chunks.of(model, answers);
      Tensor logs = Sums.of(chunks, answers.rows()).logs().requireGrad();
      Tensor ratios = logs.sub(reference.sums(answers).logs());
      Tensor signs = signs(answers);
      Tensor value = loss.apply(ratios, signs, point).sum().div(total);
      value.backward();
      seen.add(ratios.detach().add(-point).mul(signs).mul(loss.beta()).toDoubles());
      Sums.backward(chunks, logs.grad().orElseThrow().toDoubles(), (double) counted(batch) / total);
      return value.item();
    }
  }

  @Override
  public double sum(Batch batch) {
    try (Scope _ = Scope.open("judged answers");
        Autograd _ = Autograd.off()) {
      Batch answers = batch.rows(0, counted(batch));
      Tensor ratios = Sums.of(model, answers).logs().sub(reference.sums(answers).logs());
      return loss.apply(ratios, signs(answers), point(batch)).sum().item();
    }
  }

  private double point(Batch batch) {
    try (Scope _ = Scope.open("reference point");
        Autograd _ = Autograd.off()) {
      Batch others = batch.rows(counted(batch), batch.rows());
      Tensor ratios = Sums.of(model, others).logs().sub(reference.sums(others).logs());
      return Kto.point(ratios.toDoubles());
    }
  }

  private static Tensor signs(Batch answers) {
    return Tensors.of(
        answers.roles().stream().mapToDouble(r -> r == Batch.Role.LIKED ? 1 : -1).toArray(),
        answers.rows());
  }

  @Override
  public Map<String, Double> facts() {
    Map<String, Double> facts = new LinkedHashMap<>(seen.take());
    facts.put("reference_point", point);
    return facts;
  }
}
