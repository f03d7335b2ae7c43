package io.zaohua.model.family;

import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import java.util.function.Predicate;

/**
 * Mistral 7B (Jiang et al. 2023): Llama with a sliding window. Facts: configuration_mistral.py of
 * transformers 5.24.
 */
record Mistral() implements Family {

  @Override
  public String name() {
    return "mistral";
  }

  @Override
  public String className() {
    return "MistralForCausalLM";
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
         "hidden_act": "silu", "max_position_embeddings": 131072, "rms_norm_eps": 1e-6,
         "tie_word_embeddings": false, "sliding_window": 4096}""");
  }

  @Override
  public TransformerSpec spec(Config c) {
    var s = Sizes.of(c);
    var rope = RopeParameters.of(c, s.headSize(), "full_attention");
    var attention = s.attention(rope, c.integer("sliding_window").orElse(0), false, false);
    return s.stack(name(), i -> s.preNorm(attention, s.gated(false)));
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
