package io.zaohua.model.family;

import io.zaohua.model.file.TensorFile;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import java.util.List;
import java.util.function.Predicate;

/**
 * Qwen 2 and 2.5: Llama with biases on queries, keys and values. Facts: configuration_qwen2.py of
 * transformers 5.24.
 */
record Qwen2() implements Family {

  @Override
  public String name() {
    return "qwen2";
  }

  @Override
  public String className() {
    return "Qwen2ForCausalLM";
  }

  @Override
  public String architecture() {
    return "qwen2";
  }

  @Override
  public Config defaults() {
    return Config.parse(
        """
        {"vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 22016,
         "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32,
         "hidden_act": "silu", "max_position_embeddings": 32768, "rms_norm_eps": 1e-6,
         "tie_word_embeddings": false, "use_sliding_window": false, "sliding_window": 4096,
         "max_window_layers": 28}""");
  }

  @Override
  public TransformerSpec spec(Config c) {
    var s = Sizes.of(c);
    int window = window(c);
    var types = layerTypes(s, c, window);
    return s.stack(
        name(),
        i -> {
          var rope = RopeParameters.of(c, s.headSize(), types.get(i));
          int seen = types.get(i).equals("sliding_attention") ? window : 0;
          return s.preNorm(s.attention(rope, seen, true, false), s.gated(false));
        });
  }

  /** The window, where one is switched on. */
  static int window(Config c) {
    return c.flag("use_sliding_window") ? c.integer("sliding_window").orElse(0) : 0;
  }

  /** The lower layers see everything. */
  static List<String> layerTypes(Sizes s, Config c, int window) {
    int full = c.integer("max_window_layers").orElse(0);
    return s.layerTypes(c, i -> window > 0 && i >= full ? "sliding_attention" : "full_attention");
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
