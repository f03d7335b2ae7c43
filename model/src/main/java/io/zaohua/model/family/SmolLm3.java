package io.zaohua.model.family;

import io.zaohua.model.file.TensorFile;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.spec.Rope;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import java.util.List;
import java.util.function.Predicate;

/**
 * SmolLM3 (Hugging Face 2025): Llama where every fourth layer has no rotary positions. Facts:
 * configuration_smollm3.py of transformers 5.24.
 */
record SmolLm3() implements Family {

  @Override
  public String name() {
    return "smollm3";
  }

  @Override
  public String className() {
    return "SmolLM3ForCausalLM";
  }

  @Override
  public String architecture() {
    return "smollm3";
  }

  @Override
  public Config defaults() {
    return Config.parse(
        """
        {"vocab_size": 128256, "hidden_size": 2048, "intermediate_size": 11008,
         "num_hidden_layers": 36, "num_attention_heads": 16, "num_key_value_heads": 4,
         "hidden_act": "silu", "max_position_embeddings": 32768, "rms_norm_eps": 1e-6,
         "tie_word_embeddings": true, "attention_bias": false, "mlp_bias": false,
         "use_sliding_window": false, "no_rope_layer_interval": 4, "rope_theta": 2000000.0}""");
  }

  @Override
  public TransformerSpec spec(Config c) {
    var s = Sizes.of(c);
    boolean bias = c.flag("attention_bias");
    int window = Qwen2.window(c);
    int interval = c.integer("no_rope_layer_interval").orElse(4);
    // 1 means rotated, the name notwithstanding.
    List<Float> rotated = c.numbers("no_rope_layers");
    var types =
        s.layerTypes(
            c,
            i ->
                window > 0 && !rotates(rotated, interval, i)
                    ? "sliding_attention"
                    : "full_attention");
    return s.stack(
        name(),
        i -> {
          boolean sliding = types.get(i).equals("sliding_attention");
          var rope =
              rotates(rotated, interval, i)
                  ? RopeParameters.of(c, s.headSize(), types.get(i))
                  : Rope.NONE;
          return s.preNorm(
              s.attention(rope, sliding ? window : 0, bias, bias), s.gated(c.flag("mlp_bias")));
        });
  }

  private static boolean rotates(List<Float> rotated, int interval, int layer) {
    if (layer < rotated.size()) {
      return rotated.get(layer) != 0;
    }
    return interval <= 0 || (layer + 1) % interval != 0;
  }

  @Override
  public Config fromGguf(Config config, Metadata metadata, TensorFile file) {
    return config.with("use_sliding_window", config.has("sliding_window"));
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
