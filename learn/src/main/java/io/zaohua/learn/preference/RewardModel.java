package io.zaohua.learn.preference;

import io.zaohua.learn.LoadedWeights;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** A trained reward model: what an answer is worth. It lives in the scope that is open. */
public final class RewardModel {
  private static final String SCORE = "score.weight";

  private final Transformer model;
  private final Tensor head;

  private RewardModel(Transformer model, Tensor head) {
    this.model = model;
    this.head = head;
  }

  /**
   * Reads the folder that {@code objective: reward} with {@code method: full} wrote, or that of a
   * transformers ForSequenceClassification model with one label and tied embeddings.
   *
   * @throws UserError if it has no such head
   */
  public static RewardModel open(Path folder) {
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        SafetensorsFile file = SafetensorsFile.open(folder)) {
      int width = checkpoint.spec().width();
      TensorInfo info =
          file.find(SCORE)
              .filter(i -> i.type() == TensorType.F32 && i.elements() == width)
              .orElseThrow(() -> none(folder, width));
      var weights = new LoadedWeights(checkpoint.weights(), false);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment bytes = arena.allocate(info.bytes(), 8);
        file.read(info, 0, bytes);
        Tensor head = Tensors.of(bytes, DType.F32, 1, width);
        return new RewardModel(Transformer.of(checkpoint.spec(), weights), head);
      }
    }
  }

  private static UserError none(Path folder, int width) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "%s has no score.weight of type F32 [1, %d]: it is no reward model.",
            "%s 没有 F32 [1, %d] 的 score.weight:它不是奖励模型。", folder, width),
        Message.of("Train one with objective: reward.", "请用 objective: reward 训练。"));
  }

  /** The score of prompt and answer, read at the last token. */
  public double score(int... ids) {
    try (Scope _ = Scope.open("score");
        Autograd _ = Autograd.off()) {
      long[] row = java.util.Arrays.stream(ids).asLongStream().toArray();
      Tensor hidden = model.hidden(Tensors.of(row, 1, row.length)); // [1, T, width]
      Tensor last = hidden.slice(1, row.length - 1L, row.length).reshape(1, hidden.size(-1));
      return Functional.linear(last, head).item();
    }
  }
}
