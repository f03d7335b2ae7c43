package io.zaohua.model.family;

import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Norm;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import java.util.function.Predicate;

/**
 * OLMo 2 (OLMo et al. 2024): norms after attention and feed-forward, and over the whole projections
 * of queries and keys. Facts: configuration_olmo2.py of transformers 5.24.
 */
record Olmo2() implements Family {

  @Override
  public String name() {
    return "olmo2";
  }

  @Override
  public String className() {
    return "Olmo2ForCausalLM";
  }

  @Override
  public String architecture() {
    return "olmo2";
  }

  @Override
  public Config defaults() {
    return Config.parse(
        """
        {"vocab_size": 50304, "hidden_size": 4096, "intermediate_size": 11008,
         "num_hidden_layers": 32, "num_attention_heads": 32, "hidden_act": "silu",
         "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "tie_word_embeddings": false,
         "attention_bias": false}""");
  }

  @Override
  public TransformerSpec spec(Config c) {
    var s = Sizes.of(c);
    var rope = RopeParameters.of(c, s.headSize(), "full_attention");
    boolean bias = c.flag("attention_bias");
    var attention = s.attention(rope, 0, bias, bias, s.rms(), Mixer.NormSpan.PROJECTION);
    return s.stack(
        name(),
        i ->
            new TransformerSpec.Layer(
                Norm.NONE, attention, s.rms(), Norm.NONE, s.gated(false), s.rms(), false, 1));
  }

  @Override
  public GgufNames.Layout ggufLayout() {
    return new GgufNames.Layout(false, false, false, true);
  }

  @Override
  public WeightTable safetensors(TransformerSpec spec, Predicate<String> has) {
    return SafetensorsNames.llama(spec, has);
  }
}
