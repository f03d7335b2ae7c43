package io.zaohua.learn.objective;

import io.zaohua.learn.data.Batch;
import io.zaohua.learn.stack.Pass;
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
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The positions of a batch that learn, in chunks: logits exist for some of them at a time only.
 * Each chunk's gradient is taken at once, and the stack's backward pass follows when all are there.
 */
public final class Chunks {
  /** Logits held at a time: 16 MB, so that they stay near the caches. */
  public static final long CHUNK = 4L << 20;

  private final Transformer model;
  private final Pass pass;
  private final Tensor hidden; // [n, width]
  private final int[] places;
  private final long[] targets;
  private final int length;

  private Chunks(Transformer model, Pass pass, Tensor hidden, int[] places, Batch batch) {
    this.model = model;
    this.pass = pass;
    this.hidden = hidden;
    this.places = places;
    this.targets = Arrays.stream(places).mapToLong(i -> batch.targets()[i]).toArray();
    this.length = batch.length();
  }

  /** A loss of some positions: hidden states [count, width], the first being position from. */
  @FunctionalInterface
  public interface Part {
    Tensor apply(Tensor hidden, int from, int count);
  }

  /** Runs the stack on a batch, in the scope that is open. */
  public static Chunks of(Transformer model, Batch batch) {
    Pass pass = pass(model, batch);
    Tensor hidden = pass.hidden();
    Tensor flat = hidden.reshape((long) batch.rows() * batch.length(), hidden.size(-1));
    int[] places =
        IntStream.range(0, batch.targets().length)
            .filter(i -> batch.targets()[i] != Functional.IGNORED)
            .toArray();
    Tensor learned =
        places.length == batch.targets().length
            ? flat
            : Indexing.select(
                flat, 0, Tensors.of(Arrays.stream(places).asLongStream().toArray(), places.length));
    return new Chunks(model, pass, learned, places, batch);
  }

  /** The stack's run on a batch. */
  public static Pass pass(Transformer model, Batch batch) {
    Tensor ids = Tensors.of(batch.ids(), batch.rows(), batch.length());
    return model.pass(
        ids, batch.segments().map(s -> Tensors.of(s, batch.rows(), batch.length())), real(batch));
  }

  /** 1 up to the token that a row's last learning position learns, 0 where it is filled up. */
  private static Optional<Tensor> real(Batch batch) {
    float[] real = new float[batch.targets().length];
    int filled = 0;
    for (int row = 0; row < batch.rows(); row++) {
      int end = batch.length();
      while (end > 1 && batch.targets()[row * batch.length() + end - 2] == Functional.IGNORED) {
        end--;
      }
      Arrays.fill(real, row * batch.length(), row * batch.length() + end, 1);
      filled += batch.length() - end;
    }
    return filled == 0 ? Optional.empty() : Optional.of(Tensors.of(real, real.length, 1));
  }

  /** The routers' losses of this run, weighted. */
  public double routingLoss() {
    return pass.routingLoss();
  }

  /** Positions that learn. */
  public int count() {
    return targets.length;
  }

  /** The row of the batch that a position is in. */
  public int row(int position) {
    return places[position] / length;
  }

  /** Hidden states of all of them, [n, width]. */
  public Tensor hidden() {
    return hidden;
  }

  /** What some of them learn, I64 [count]. */
  public Tensor targets(int from, int count) {
    return Tensors.of(Arrays.copyOfRange(targets, from, from + count), count);
  }

  /** Log-probabilities of their targets, [count]. */
  public Tensor logs(Tensor part, int from, int count) {
    return logs(part, from, count, 1);
  }

  /** The same at a temperature. */
  public Tensor logs(Tensor part, int from, int count, double temperature) {
    Tensor logits = model.head(part);
    return Functional.crossEntropy(
            temperature == 1 ? logits : logits.div(temperature),
            targets(from, count),
            Functional.Reduction.NONE,
            0)
        .neg();
  }

  /**
   * Adds the gradients of the sum of the loss over all positions, and gives that sum.
   *
   * @param share what the routers' losses of this run count
   */
  public double backward(Part loss, double share) {
    double sum = 0;
    List<Tensor> gradients = new ArrayList<>();
    int rows = rows();
    for (int from = 0; from < targets.length; from += rows) {
      int count = Math.min(rows, targets.length - from);
      Tensor leaf = hidden.detach().slice(0, from, from + count).detach().requireGrad();
      try (Scope chunk = Scope.open("chunk of logits")) {
        Tensor value = loss.apply(leaf, from, count);
        value.backward();
        sum += value.item();
        leaf.grad().ifPresent(g -> gradients.add(chunk.keep(g)));
      }
    }
    if (hidden.requiresGrad() && !gradients.isEmpty()) {
      Tensor gradient = gradients.size() == 1 ? gradients.getFirst() : Tensors.cat(0, gradients);
      pass.backward(hidden, gradient, share);
    }
    return sum;
  }

  /** The sum of the loss over all positions, without gradients. */
  public double sum(Part loss) {
    double sum = 0;
    int rows = rows();
    for (int from = 0; from < targets.length; from += rows) {
      int count = Math.min(rows, targets.length - from);
      try (Scope _ = Scope.open("chunk of logits");
          Autograd _ = Autograd.off()) {
        sum += loss.apply(hidden.slice(0, from, from + count), from, count).item();
      }
    }
    return sum;
  }

  /** Log-probability of each position's target, without gradients. */
  public double[] logs() {
    return logs(1);
  }

  /** The same at a temperature. */
  public double[] logs(double temperature) {
    double[] all = new double[targets.length];
    int rows = rows();
    for (int from = 0; from < targets.length; from += rows) {
      int count = Math.min(rows, targets.length - from);
      try (Scope _ = Scope.open("chunk of logits");
          Autograd _ = Autograd.off()) {
        double[] part =
            logs(hidden.slice(0, from, from + count), from, count, temperature).toDoubles();
        System.arraycopy(part, 0, all, from, count);
      }
    }
    return all;
  }

  private int rows() {
    return Math.clamp(CHUNK / model.spec().vocabulary(), 64, 1 << 20);
  }
}
