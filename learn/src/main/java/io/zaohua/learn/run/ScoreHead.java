package io.zaohua.learn.run;

import io.zaohua.model.convert.HuggingFaceFolder;
import io.zaohua.model.family.Config;
import io.zaohua.model.family.Family;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.Weights;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Rng;
import io.zaohua.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** The head of a reward model: one score in place of logits. */
final class ScoreHead {
  /** Its name in transformers' ForSequenceClassification classes. */
  static final String NAME = "score.weight";

  private static final double DEVIATION = 0.02; // transformers' initializer_range

  private ScoreHead() {}

  /** A new head, [1, width], trainable. */
  static Tensor start(int width, long seed) {
    Tensor head = new Rng(seed).normal(DType.F32, 1, width);
    head.inPlace().mul(DEVIATION);
    return head.requireGrad();
  }

  /** The same stack without a head of its own for logits. */
  static TransformerSpec inPlaceOfLogits(TransformerSpec spec) {
    return new TransformerSpec(
        spec.family(),
        spec.vocabulary(),
        spec.width(),
        spec.contextLength(),
        spec.causal(),
        spec.embedding(),
        spec.layers(),
        spec.finalNorm(),
        new TransformerSpec.Head(true, false, 1, 0));
  }

  /** Writes the stack with its score. */
  static void write(
      Path folder,
      Family family,
      Config config,
      TransformerSpec spec,
      Weights weights,
      Tensor score) {
    HuggingFaceFolder.writeScorer(
        folder,
        family,
        config.with("tie_word_embeddings", true),
        spec,
        weights,
        new TensorInfo(NAME, TensorType.F32, score.shape()),
        (info, sink) -> {
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(info.bytes(), 8);
            score.copyTo(bytes);
            sink.accept(bytes);
          }
        });
  }
}
