package io.zaohua.learn.objective;

import io.zaohua.learn.data.Batch;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;

/**
 * alpha t^2 KL(teacher || student) at temperature t, and (1 - alpha) of cross-entropy (Hinton et
 * al. 2015). Logits of both exist for some positions at a time only.
 */
public final class Distillation implements Loss {
  private final Transformer student;
  private final Transformer teacher;
  private final double temperature;
  private final double alpha;

  /**
   * @param teacher a frozen stack with the same vocabulary
   * @param alpha share of the teacher's word, from 0 to 1
   */
  public Distillation(Transformer student, Transformer teacher, double temperature, double alpha) {
    this.student = student;
    this.teacher = teacher;
    this.temperature = temperature;
    this.alpha = alpha;
  }

  @Override
  public int counted(Batch batch) {
    return batch.learned();
  }

  @Override
  public double backward(Batch batch, int total) {
    try (Scope _ = Scope.open("distillation")) {
      Tensor taught = taught(batch);
      Chunks chunks = Chunks.of(student, batch);
      return chunks.backward(
          (h, from, count) -> loss(chunks, h, taught, from, count).div(total),
          (double) chunks.count() / total);
    }
  }

  @Override
  public double sum(Batch batch) {
    try (Scope _ = Scope.open("distillation");
        Autograd _ = Autograd.off()) {
      Tensor taught = taught(batch);
      Chunks chunks = Chunks.of(student, batch);
      return chunks.sum((h, from, count) -> loss(chunks, h, taught, from, count));
    }
  }

  /** The teacher's hidden states, [n, its width]. */
  private Tensor taught(Batch batch) {
    try (Scope scope = Scope.open("teacher");
        Autograd _ = Autograd.off()) {
      return scope.keep(Chunks.of(teacher, batch).hidden());
    }
  }

  private Tensor loss(Chunks chunks, Tensor hidden, Tensor taught, int from, int count) {
    Tensor logits = student.head(hidden); // [count, vocabulary]
    Tensor divergence =
        divergence(teacherLogits(taught, from, count), logits, temperature)
            .sum()
            .mul(alpha * temperature * temperature);
    if (alpha == 1) {
      return divergence;
    }
    Tensor plain =
        Functional.crossEntropy(logits, chunks.targets(from, count), Functional.Reduction.SUM, 0);
    return divergence.add(plain.mul(1 - alpha));
  }

  private Tensor teacherLogits(Tensor taught, int from, int count) {
    try (Autograd _ = Autograd.off()) {
      return teacher.head(taught.slice(0, from, from + count));
    }
  }

  /** KL(p || q) of the softmax of both at a temperature, [n, v] both, to [n]. */
  static Tensor divergence(Tensor teacher, Tensor student, double temperature) {
    Tensor p = Functional.logSoftmax(teacher.div(temperature), -1);
    Tensor q = Functional.logSoftmax(student.div(temperature), -1);
    return p.exp().mul(p.sub(q)).sum(-1, false);
  }
}
