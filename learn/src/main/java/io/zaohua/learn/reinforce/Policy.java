package io.zaohua.learn.reinforce;

import io.zaohua.learn.data.Batch;
import io.zaohua.learn.objective.Chunks;
import io.zaohua.learn.preference.Reference;
import io.zaohua.learn.recipe.Objective;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The model as one that draws answers: their tokens' log-probabilities, and the loss's gradients.
 */
public final class Policy {
  private final Transformer model;
  private final Optional<Reference> reference;
  private final Objective.Grpo settings;
  private final GrpoLoss loss;
  private double divergence;
  private long tokens;

  /**
   * @param reference the model before training, needed if the settings' beta is above 0
   */
  public Policy(Transformer model, Optional<Reference> reference, Objective.Grpo settings) {
    this.model = model;
    this.reference = reference;
    this.settings = settings;
    this.loss = new GrpoLoss(settings.low(), settings.high(), settings.beta());
  }

  /** Log-probabilities of a batch's answers, token by token, by the model as it is now. */
  public double[] logs(Batch batch) {
    try (Scope _ = Scope.open("policy");
        Autograd _ = Autograd.off()) {
      return logs(model, batch);
    }
  }

  /** The same by the reference; zeros if there is none. */
  public double[] referenceLogs(Batch batch) {
    return reference
        .map(r -> r.ask(before -> logs(before, batch)))
        .orElseGet(() -> new double[batch.learned()]);
  }

  private double[] logs(Transformer stack, Batch batch) {
    return Chunks.of(stack, batch).logs(settings.temperature());
  }

  /**
   * Adds the gradients of a batch of answers.
   *
   * @param drawn their log-probabilities when they were drawn
   * @param before those by the reference
   * @param advantages of the rows
   * @param rows answers of the whole step
   * @param all tokens of the whole step's answers
   * @return this batch's share of the loss
   */
  public double backward(
      Batch batch, double[] drawn, double[] before, double[] advantages, int rows, long all) {
    try (Scope _ = Scope.open("answers")) {
      Chunks chunks = Chunks.of(model, batch);
      int[] lengths = new int[batch.rows()];
      for (int i = 0; i < chunks.count(); i++) {
        lengths[chunks.row(i)]++;
      }
      return chunks.backward(
          (hidden, from, count) -> {
            Tensor logs = chunks.logs(hidden, from, count, settings.temperature());
            Tensor reference = floats(from, count, i -> before[i]);
            Tensor each =
                loss.apply(
                    logs,
                    floats(from, count, i -> drawn[i]),
                    reference,
                    floats(from, count, i -> advantages[chunks.row(i)]));
            note(logs, reference, count);
            Tensor weights = floats(from, count, i -> weight(lengths[chunks.row(i)], rows, all));
            return each.mul(weights).sum();
          },
          (double) batch.rows() / rows);
    }
  }

  /** What a token counts. */
  private double weight(int length, int rows, long all) {
    return switch (settings.average()) {
      case ANSWER -> 1.0 / ((double) length * rows);
      case TOKEN -> 1.0 / all;
      case LENGTH -> 1.0 / ((double) settings.length() * rows);
    };
  }

  private void note(Tensor logs, Tensor reference, int count) {
    if (this.reference.isPresent()) {
      try (Autograd _ = Autograd.off()) {
        divergence += GrpoLoss.divergence(logs, reference).sum().item();
        tokens += count;
      }
    }
  }

  /** Mean divergence from the reference since the last look, a token; empty if there is none. */
  public Optional<Double> divergence() {
    Optional<Double> mean = tokens == 0 ? Optional.empty() : Optional.of(divergence / tokens);
    divergence = 0;
    tokens = 0;
    return mean;
  }

  private static Tensor floats(int from, int count, java.util.function.IntToDoubleFunction values) {
    float[] all = new float[count];
    IntStream.range(0, count).forEach(i -> all[i] = (float) values.applyAsDouble(from + i));
    return Tensors.of(all, count);
  }
}
