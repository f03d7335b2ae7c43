package io.zaohua.model.convert;

import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.weights.Weights;
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
    return toGguf(checkpoint, checkpoint.weights(), target, type);
  }

  /**
   * The same with other weights than the checkpoint's, for example adapted ones.
   *
   * @param weights parts of the checkpoint's spec
   */
  public static Report toGguf(
      Checkpoint checkpoint, Weights weights, Path target, Optional<TensorType> type) {
    return new ToGguf(checkpoint, weights, type).write(target);
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
    return toSafetensors(checkpoint, checkpoint.weights(), folder, type);
  }

  /**
   * The same with other weights than the checkpoint's, for example adapted ones.
   *
   * @param weights parts of the checkpoint's spec
   */
  public static Report toSafetensors(
      Checkpoint checkpoint, Weights weights, Path folder, Optional<TensorType> type) {
    return new ToSafetensors(checkpoint, weights, type).write(folder);
  }

  /** The format that a target's name asks for: GGUF if it ends in .gguf, else a folder. */
  public static Report write(
      Checkpoint checkpoint, Weights weights, Path target, Optional<TensorType> type) {
    return target.toString().endsWith(".gguf")
        ? toGguf(checkpoint, weights, target, type)
        : toSafetensors(checkpoint, weights, target, type);
  }
}
