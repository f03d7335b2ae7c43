package io.zaohua.learn.stack;

import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.RopeFrequencies;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Texts in the making, side by side: their next pieces go in, and each is read once, as the keys
 * and values of what came before are kept. The numbers are those of reading all of it. A stack that
 * cannot go on, because it sees both ways or because the text has come to a length at which
 * positions turn in another way, reads all of it again. It lives as long as the scope that was open
 * when it was made, and only as long as the weights stay as they are; there are no gradients.
 */
public final class Continuation {
  private final Transformer stack;
  private final Scope home = Scope.current();
  private final List<Tensor> read = new ArrayList<>(); // pieces, I64 [B, T]
  private Recall recall = new Recall(home);
  private List<Integer> turns = List.of();

  public Continuation(Transformer stack) {
    this.stack = stack;
  }

  /** The next tokens of each text, I64 [B, T], to the logits after the last, [B, vocabulary]. */
  public Tensor next(Tensor piece) {
    Tensor states = states(piece); // [B, T, width]
    long end = states.size(1);
    return stack.head(states.slice(1, end - 1, end).reshape(states.size(0), states.size(2)));
  }

  /** The next tokens of each text, I64 [B, T], to their final hidden states, [B, T, width]. */
  public Tensor states(Tensor piece) {
    if (Autograd.isOn()) {
      throw new IllegalStateException(
          "Continuation: gradients are asked for, and texts in the making have none.");
    }
    read.add(home.take(piece.copy()));
    int tokens = Math.toIntExact(piece.size(1));
    if (recall.length() > 0
        && stack.spec().causal()
        && turning(recall.length() + tokens).equals(turns)) {
      return stack.hidden(piece, recall);
    }
    recall.forget();
    recall = new Recall(home);
    Tensor all = stack.hidden(Tensors.cat(1, read), recall);
    turns = turning(recall.length());
    return all.slice(1, all.size(1) - tokens, all.size(1));
  }

  /** What tells apart how each layer's positions turn in a text of this length. */
  private List<Integer> turning(int length) {
    return stack.spec().layers().stream()
        .map(
            layer ->
                switch (layer.mixer()) {
                  case Mixer.Attention a -> RopeFrequencies.lengthClass(a.rope(), length);
                })
        .toList();
  }
}
