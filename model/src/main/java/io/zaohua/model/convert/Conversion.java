package io.zaohua.model.convert;

import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.file.TensorType;
import java.nio.file.Path;
import java.util.Optional;

/** From one checkpoint format to the other. */
public final class Conversion {
  private Conversion() {}

  /**
   * Writes a checkpoint as one GGUF file.
   *
   * @param type F32, F16 or BF16 for all matrices; empty keeps what they are
   * @throws io.zaohua.model.UserError if it cannot be written
   */
  public static Report toGguf(Checkpoint checkpoint, Path target, Optional<TensorType> type) {
    return new ToGguf(checkpoint, type).write(target);
  }

  /**
   * Writes a checkpoint as a Hugging Face folder: config.json, model.safetensors, and what else it
   * has.
   *
   * @param type F32, F16 or BF16 for all tensors; empty keeps plain types and makes quantised ones
   *     F16
   * @throws io.zaohua.model.UserError if it cannot be written
   */
  public static Report toSafetensors(
      Checkpoint checkpoint, Path folder, Optional<TensorType> type) {
    return new ToSafetensors(checkpoint, type).write(folder);
  }
}
