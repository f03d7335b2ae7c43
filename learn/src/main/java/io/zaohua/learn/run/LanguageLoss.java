package io.zaohua.learn.run;

import io.zaohua.learn.data.Batch;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Indexing;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cross-entropy of the next token, in chunks: logits exist for some positions at a time only, and
 * only for those with something to learn. Each chunk's gradient is taken at once, and the stack's
 * backward pass follows when all are there.
 */
final class LanguageLoss {
  /** Logits held at a time: 16 MB, so that they stay near the caches. */
  static final long CHUNK = 4L << 20;

  private final Transformer model;
  private final Recipe.LossSettings settings;

  LanguageLoss(Transformer model, Recipe.LossSettings settings) {
    this.model = model;
    this.settings = settings;
  }

  /**
   * Adds the gradients of this batch's share of the loss.
   *
   * @param total positions that count in the whole step
   * @return this batch's share: the sum of its losses / total
   */
  double backward(Batch batch, int total) {
    try (Scope _ = Scope.open("batch")) {
      Tensor hidden = learned(batch); // [n, width]
      long[] targets = targets(batch);
      double sum = 0;
      List<Tensor> gradients = new ArrayList<>();
      int rows = rows();
      for (int from = 0; from < targets.length; from += rows) {
        int count = Math.min(rows, targets.length - from);
        Tensor leaf = hidden.detach().slice(0, from, from + count).detach().requireGrad();
        try (Scope chunk = Scope.open("chunk of logits")) {
          Tensor loss = loss(leaf, targets, from, count, settings.smoothing()).div(total);
          loss.backward();
          sum += loss.item();
          leaf.grad().ifPresent(g -> gradients.add(chunk.keep(g)));
        }
      }
      if (hidden.requiresGrad() && !gradients.isEmpty()) {
        hidden.backward(Tensors.cat(0, gradients));
      }
      return sum;
    }
  }

  /** The sum of plain cross-entropy over the batch, without gradients. */
  double sum(Batch batch) {
    try (Scope _ = Scope.open("evaluation");
        Autograd _ = Autograd.off()) {
      Tensor hidden = learned(batch);
      long[] targets = targets(batch);
      double sum = 0;
      int rows = rows();
      for (int from = 0; from < targets.length; from += rows) {
        int count = Math.min(rows, targets.length - from);
        try (Scope _ = Scope.open("chunk of logits")) {
          Tensor logits = model.head(hidden.slice(0, from, from + count));
          sum += crossEntropy(logits, targets, from, count, 0).item();
        }
      }
      return sum;
    }
  }

  private int rows() {
    return Math.clamp(CHUNK / model.spec().vocabulary(), 64, 1 << 20);
  }

  /** Hidden states of the positions that learn, [n, width]. */
  private Tensor learned(Batch batch) {
    Tensor ids = Tensors.of(batch.ids(), batch.rows(), batch.length());
    Tensor hidden =
        model.hidden(ids, batch.segments().map(s -> Tensors.of(s, batch.rows(), batch.length())));
    Tensor flat = hidden.reshape((long) batch.rows() * batch.length(), hidden.size(-1));
    long[] places =
        IntStream.range(0, batch.targets().length)
            .filter(i -> batch.targets()[i] != Functional.IGNORED)
            .asLongStream()
            .toArray();
    return places.length == batch.targets().length
        ? flat
        : Indexing.select(flat, 0, Tensors.of(places, places.length));
  }

  private static long[] targets(Batch batch) {
    return Arrays.stream(batch.targets()).filter(t -> t != Functional.IGNORED).toArray();
  }

  private Tensor loss(Tensor hidden, long[] targets, int from, int count, double smoothing) {
    Tensor logits = model.head(hidden); // [count, vocabulary]
    Tensor loss = crossEntropy(logits, targets, from, count, smoothing);
    if (settings.zLoss() == 0) {
      return loss;
    }
    Tensor partition = Functional.logSumExp(logits, -1); // [count]
    return loss.add(partition.mul(partition).sum().mul(settings.zLoss()));
  }

  private static Tensor crossEntropy(
      Tensor logits, long[] targets, int from, int count, double smoothing) {
    long[] part = Arrays.copyOfRange(targets, from, from + count);
    return Functional.crossEntropy(
        logits, Tensors.of(part, count), Functional.Reduction.SUM, smoothing);
  }
}
