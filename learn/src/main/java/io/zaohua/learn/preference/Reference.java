package io.zaohua.learn.preference;

import io.zaohua.learn.adapt.Adaptation;
import io.zaohua.learn.data.Batch;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import java.util.Optional;
import java.util.function.Function;

/**
 * The model as it was before training.
 *
 * @param model a frozen copy, or the trained stack itself
 * @param adapted the adapter that is switched off where it is the stack itself
 */
public record Reference(Transformer model, Optional<Adaptation> adapted) {

  /** What it says of the answers of a batch, a sum a row. */
  Sums sums(Batch batch) {
    return ask(before -> Sums.of(before, batch));
  }

  /** Asks it something, without gradients; tensors made on the way are freed. */
  public <T> T ask(Function<Transformer, T> question) {
    try (Scope _ = Scope.open("reference");
        Autograd _ = Autograd.off()) {
      if (adapted.isEmpty()) {
        return question.apply(model);
      }
      try (var _ = adapted.get().off()) {
        return question.apply(model);
      }
    }
  }
}
