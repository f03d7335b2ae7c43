package io.zaohua.model.family;

import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import java.util.List;
import java.util.function.Predicate;

/**
 * Mixtral (Jiang et al. 2024): Mistral with experts. Facts: configuration_mixtral.py of
 * transformers 5.24.
 */
record Mixtral() implements Family {
  static final String NAME = "mixtral";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String className() {
    return "MixtralForCausalLM";
  }

  @Override
  public String architecture() {
    return "llama";
  }

  @Override
  public Config defaults() {
    return Config.parse(
        """
        {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336,
         "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
         "hidden_act": "silu", "max_position_embeddings": 131072, "rms_norm_eps": 1e-5,
         "tie_word_embeddings": false, "num_experts_per_tok": 2, "rope_theta": 1000000.0}""");
  }

  @Override
  public TransformerSpec spec(Config c) {
    var s = Sizes.of(c);
    var rope = RopeParameters.of(c, s.headSize(), "full_attention");
    var attention = s.attention(rope, c.integer("sliding_window").orElse(0), false, false);
    int count = c.integer("num_local_experts").or(() -> c.integer("num_experts")).orElse(8);
    var experts = s.experts(count, c.needInteger("num_experts_per_tok"), s.hidden(), true);
    return s.stack(NAME, i -> s.preNorm(attention, experts));
  }

  @Override
  public List<GgufKey> ggufKeys() {
    return GgufKey.and(
        new GgufKey("expert_count", "num_local_experts"),
        new GgufKey("expert_used_count", "num_experts_per_tok"));
  }

  @Override
  public GgufNames.Layout ggufLayout() {
    return GgufNames.Layout.INTERLEAVED;
  }

  @Override
  public WeightTable safetensors(TransformerSpec spec, Predicate<String> has) {
    return SafetensorsNames.llama(spec, has);
  }
}
