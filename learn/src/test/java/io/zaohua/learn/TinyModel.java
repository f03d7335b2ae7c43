package io.zaohua.learn;

import io.zaohua.model.family.Config;
import io.zaohua.model.family.Families;
import io.zaohua.model.spec.TransformerSpec;

/** Stacks of two narrow layers. */
public final class TinyModel {
  public static final int VOCABULARY = 11;

  private TinyModel() {}

  /** A plain one. */
  public static TransformerSpec dense() {
    return dense(VOCABULARY);
  }

  /** The same with so many tokens. */
  public static TransformerSpec dense(int vocabulary) {
    return spec("llama", Config.empty(), vocabulary);
  }

  /** One of three experts, two for each token. */
  public static TransformerSpec experts() {
    return spec(
        "mixtral",
        Config.empty().with("num_local_experts", 3).with("num_experts_per_tok", 2),
        VOCABULARY);
  }

  private static TransformerSpec spec(String type, Config more, int vocabulary) {
    Config config =
        more.with("model_type", type)
            .with("vocab_size", vocabulary)
            .with("hidden_size", 8)
            .with("intermediate_size", 12)
            .with("num_hidden_layers", 2)
            .with("num_attention_heads", 2)
            .with("num_key_value_heads", 1);
    var family = Families.of(config);
    return family.spec(config.or(family.defaults()));
  }
}
