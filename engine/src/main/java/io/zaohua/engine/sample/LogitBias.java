package io.zaohua.engine.sample;

import io.zaohua.model.Message;
import java.util.Map;

/** Adds a number to the logits of given tokens. */
record LogitBias(Map<Integer, Double> biases) implements LogitRule {
  @Override
  public void apply(float[] logits, TokenHistory context) {
    biases.forEach(
        (token, bias) -> {
          if (token >= logits.length) {
            throw Bounds.outside(
                "logit-bias (token id)",
                Integer.toString(token),
                Message.of(
                    "between 0 and %d, the model's last token",
                    "在 0 与 %d(模型的最后一个词元)之间", logits.length - 1),
                "{}");
          }
          logits[token] += bias.floatValue();
        });
  }
}
