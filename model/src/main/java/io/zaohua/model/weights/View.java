package io.zaohua.model.weights;

/**
 * How a canonical part stands in a checkpoint's tensor. Every view can be read in both directions:
 * loading picks the part out of the tensor, export puts it back.
 */
public sealed interface View {

  /**
   * The whole tensor as it is, seen as a matrix [rows, columns] (a stack of experts is flattened).
   */
  record Stored(String tensor) implements View {}

  /** Some rows of a view, in some order; {@code rows.source(r)} is where row r stands. */
  record Rows(View of, RowMap rows) implements View {}

  /** Stored as [in, out] (GPT-2's Conv1D). Plain element types only. */
  record Transposed(View of) implements View {}

  /**
   * Stored value = canonical value - {@code amount}. Gemma's norms multiply by 1 + w: safetensors
   * holds w (amount 1), GGUF holds 1 + w (amount 0).
   */
  record Plus(View of, float amount) implements View {}

  /** Canonical value = stored value * {@code factor} (scales folded into weights on export). */
  record Scaled(View of, float factor) implements View {}

  /** The tensor that the view ends in. */
  default String tensor() {
    return switch (this) {
      case Stored(var name) -> name;
      case Rows(var of, var _) -> of.tensor();
      case Transposed(var of) -> of.tensor();
      case Plus(var of, var _) -> of.tensor();
      case Scaled(var of, var _) -> of.tensor();
    };
  }
}
