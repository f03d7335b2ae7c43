package io.zaohua.model.family;

import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import java.util.function.Predicate;

/**
 * Llama 1 to 3 (Touvron et al. 2023), and the many that copy it: SmolLM2, TinyLlama, Yi. Facts:
 * configuration_llama.py of transformers 5.24.
 */
record Llama() implements Family {

  @Override
  public String name() {
    return "llama";
  }

  @Override
  public String className() {
    return "LlamaForCausalLM";
  }

  @Override
  public String architecture() {
    return "llama";
  }

  @Override
  public Config defaults() {
    return Config.parse(
        """
        {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008,
         "num_hidden_layers": 32, "num_attention_heads": 32, "hidden_act": "silu",
         "max_position_embeddings": 2048, "rms_norm_eps": 1e-6, "tie_word_embeddings": false}""");
  }

  @Override
  public TransformerSpec spec(Config c) {
    var s = Sizes.of(c);
    var rope = RopeParameters.of(c, s.headSize(), "full_attention");
    boolean bias = c.flag("attention_bias");
    boolean outBias = c.has(GgufConfig.OUT_BIAS) ? c.flag(GgufConfig.OUT_BIAS) : bias;
    var attention = s.attention(rope, 0, bias, outBias);
    return s.stack(name(), i -> s.preNorm(attention, s.gated(c.flag("mlp_bias"))));
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
