package io.zaohua.model.family;

import io.zaohua.model.file.TensorFile;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Gemma 3, the text side (Gemma Team 2025): five layers with a window and a small rope base, then
 * one without and a large base; norms over the heads of queries and keys instead of soft caps.
 * Facts: configuration_gemma3.py of transformers 5.24.
 */
record Gemma3() implements Family {
  private static final double GLOBAL_THETA = 1_000_000;
  private static final double LOCAL_THETA = 10_000;

  @Override
  public String name() {
    return "gemma3_text";
  }

  @Override
  public Set<String> aliases() {
    return Set.of("gemma3");
  }

  @Override
  public String className() {
    return "Gemma3ForCausalLM";
  }

  @Override
  public String architecture() {
    return "gemma3";
  }

  @Override
  public Config defaults() {
    return Config.parse(
        """
        {"vocab_size": 262208, "hidden_size": 2304, "intermediate_size": 9216,
         "num_hidden_layers": 26, "num_attention_heads": 8, "num_key_value_heads": 4,
         "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh",
         "max_position_embeddings": 131072, "rms_norm_eps": 1e-6, "tie_word_embeddings": true,
         "attention_bias": false, "query_pre_attn_scalar": 256, "sliding_window": 4096}""");
  }

  @Override
  public TransformerSpec spec(Config c) {
    var s = Sizes.of(c);
    int pattern =
        c.integer("sliding_window_pattern")
            .or(() -> c.integer("_sliding_window_pattern"))
            .orElse(6);
    return Gemma2.stack(name(), s, withRopes(c), Math.max(1, pattern), s.rms(), true);
  }

  /** Both layer types with their own parameters, whatever the dialect; scaling is global only. */
  private static Config withRopes(Config c) {
    var given = c.object("rope_parameters").orElseGet(Config::empty);
    var full = given.object("full_attention").orElseGet(Config::empty);
    if (c.object("rope_scaling").isPresent()) {
      full = full.or(c.object("rope_scaling").get());
    }
    var sliding = given.object("sliding_attention").orElseGet(Config::empty);
    var ropes =
        Map.of(
            "full_attention",
            full.or(theta(c, "rope_theta", GLOBAL_THETA)).json(),
            "sliding_attention",
            sliding.or(theta(c, "rope_local_base_freq", LOCAL_THETA)).json());
    var copy = c.json().deepCopy();
    copy.remove("rope_scaling");
    return new Config(copy).with("rope_parameters", ropes);
  }

  private static Config theta(Config c, String key, double otherwise) {
    return Config.empty().with("rope_theta", c.number(key).orElse(otherwise));
  }

  /** llama.cpp gives the windowed layers their own base, and never scales them. */
  @Override
  public Config fromGguf(Config config, Metadata metadata, TensorFile file) {
    var full = config.object("rope_parameters").orElseGet(Config::empty);
    var ropes = new LinkedHashMap<String, Object>();
    ropes.put("full_attention", full.or(theta(Config.empty(), "", GLOBAL_THETA)).json());
    double local = metadata.number("gemma3.rope.freq_base_swa").orElse(LOCAL_THETA);
    var sliding = Config.empty().with("rope_theta", local);
    ropes.put(
        "sliding_attention",
        full.find("partial_rotary_factor")
            .map(part -> sliding.with("partial_rotary_factor", part))
            .orElse(sliding)
            .json());
    var completed = Gemma2.derived(config, 62).with("rope_parameters", ropes);
    var cap = metadata.number("gemma3.final_logit_softcapping");
    return cap.isPresent() ? completed.with("final_logit_softcapping", cap.get()) : completed;
  }

  @Override
  public WeightTable safetensors(TransformerSpec spec, Predicate<String> has) {
    return SafetensorsNames.gemma(spec, has);
  }
}
