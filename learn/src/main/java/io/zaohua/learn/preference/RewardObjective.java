package io.zaohua.learn.preference;

import io.zaohua.learn.data.Batch;
import io.zaohua.learn.objective.Chunks;
import io.zaohua.learn.objective.Loss;
import io.zaohua.learn.stack.Pass;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Indexing;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Map;
import java.util.stream.IntStream;

/** -log sigmoid(score of the chosen answer - score of the rejected one) (Ouyang et al. 2022). */
public final class RewardObjective implements Loss {
  private final Transformer model;
  private final Tensor head;
  private final Seen seen = new Seen();

  /**
   * @param head [1, width], from the hidden state of an answer's last token to its score
   */
  public RewardObjective(Transformer model, Tensor head) {
    this.model = model;
    this.head = head;
  }

  @Override
  public int counted(Batch batch) {
    return batch.count(Batch.Role.CHOSEN);
  }

  @Override
  public double backward(Batch batch, int total) {
    try (Scope _ = Scope.open("pairs")) {
      Pass pass = Chunks.pass(model, batch);
      Tensor last = last(pass, batch); // [rows, width]
      Tensor leaf = last.detach().requireGrad();
      Tensor margins = margins(leaf, counted(batch));
      Tensor value = loss(margins).div(total);
      value.backward();
      seen.add(margins.detach().toDoubles());
      pass.backward(last, leaf.grad().orElseThrow(), (double) counted(batch) / total);
      return value.item();
    }
  }

  @Override
  public double sum(Batch batch) {
    try (Scope _ = Scope.open("pairs");
        Autograd _ = Autograd.off()) {
      return loss(margins(last(Chunks.pass(model, batch), batch), counted(batch))).item();
    }
  }

  private static Tensor last(Pass pass, Batch batch) {
    Tensor hidden = pass.hidden();
    long[] places =
        IntStream.range(0, batch.rows())
            .mapToLong(row -> (long) row * batch.length() + batch.length(row) - 1)
            .toArray();
    Tensor flat = hidden.reshape((long) batch.rows() * batch.length(), hidden.size(-1));
    return Indexing.select(flat, 0, Tensors.of(places, places.length));
  }

  private Tensor margins(Tensor last, int n) {
    Tensor scores = Functional.linear(last, head).squeeze(1); // [2 n]
    return scores.slice(0, 0, n).sub(scores.slice(0, n, 2L * n));
  }

  private static Tensor loss(Tensor margins) {
    return Functional.logSigmoid(margins).neg().sum();
  }

  @Override
  public Map<String, Double> facts() {
    return seen.take();
  }
}
