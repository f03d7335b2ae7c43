package io.zaohua.learn.adapt;

import io.zaohua.learn.Front;
import io.zaohua.learn.Projection;
import io.zaohua.learn.Weights;
import io.zaohua.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

/** Frozen weights with learned positions before every text. */
public final class FrontedWeights implements Weights, Adaptation {
  /** What PEFT calls the only tensor of such an adapter. */
  public static final String NAME = "prompt_embeddings";

  private final Weights base;
  private final Front front;
  private boolean on = true;

  public FrontedWeights(Weights base, Front front) {
    this.base = base;
    this.front = front;
  }

  @Override
  public Tensor tensor(String part) {
    return base.tensor(part);
  }

  @Override
  public Projection linear(String part, boolean bias) {
    return base.linear(part, bias);
  }

  @Override
  public Optional<Front> front() {
    return on ? Optional.of(front) : Optional.empty();
  }

  @Override
  public Map<String, Tensor> tensors() {
    return Map.of(
        NAME,
        switch (front) {
          case Front.Prompt(var embeddings) -> embeddings;
          case Front.Prefix(var table) -> table;
        });
  }

  @Override
  public Off off() {
    on = false;
    return () -> on = true;
  }
}
