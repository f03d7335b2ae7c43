package io.zaohua.model.family;

import io.zaohua.model.file.TensorFile;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import java.util.function.Predicate;

/**
 * Qwen 3: Llama with a norm over each head of queries and keys. Facts: configuration_qwen3.py of
 * transformers 5.24.
 */
record Qwen3() implements Family {

  @Override
  public String name() {
    return "qwen3";
  }

  @Override
  public String className() {
    return "Qwen3ForCausalLM";
  }

  @Override
  public String architecture() {
    return "qwen3";
  }

  @Override
  public Config defaults() {
    return Config.parse(
        """
        {"vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 22016,
         "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32,
         "head_dim": 128, "hidden_act": "silu", "max_position_embeddings": 32768,
         "rms_norm_eps": 1e-6, "tie_word_embeddings": false, "attention_bias": false,
         "use_sliding_window": false, "sliding_window": 4096, "max_window_layers": 28}""");
  }

  @Override
  public TransformerSpec spec(Config c) {
    var s = Sizes.of(c);
    boolean bias = c.flag("attention_bias");
    int window = Qwen2.window(c);
    var types = Qwen2.layerTypes(s, c, window);
    return s.stack(
        name(),
        i -> {
          var rope = RopeParameters.of(c, s.headSize(), types.get(i));
          int seen = types.get(i).equals("sliding_attention") ? window : 0;
          return s.preNorm(
              s.attention(rope, seen, bias, bias, s.rms(), Mixer.NormSpan.HEAD), s.gated(false));
        });
  }

  @Override
  public Config fromGguf(Config config, Metadata metadata, TensorFile file) {
    return config.with("use_sliding_window", config.has("sliding_window"));
  }

  @Override
  public WeightTable safetensors(TransformerSpec spec, Predicate<String> has) {
    return SafetensorsNames.llama(spec, has);
  }
}
