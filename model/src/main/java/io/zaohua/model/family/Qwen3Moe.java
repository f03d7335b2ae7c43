package io.zaohua.model.family;

import io.zaohua.model.file.TensorFile;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import java.util.List;
import java.util.function.Predicate;

/**
 * Qwen 3 with experts; some layers may stay dense. Facts: configuration_qwen3_moe.py and
 * modeling_qwen3_moe.py of transformers 5.24.
 */
record Qwen3Moe() implements Family {

  @Override
  public String name() {
    return "qwen3_moe";
  }

  @Override
  public String className() {
    return "Qwen3MoeForCausalLM";
  }

  @Override
  public String architecture() {
    return "qwen3moe";
  }

  @Override
  public Config defaults() {
    return Config.parse(
        """
        {"vocab_size": 151936, "hidden_size": 2048, "intermediate_size": 6144,
         "num_hidden_layers": 24, "num_attention_heads": 32, "num_key_value_heads": 4,
         "hidden_act": "silu", "max_position_embeddings": 32768, "rms_norm_eps": 1e-6,
         "tie_word_embeddings": false, "attention_bias": false, "use_sliding_window": false,
         "sliding_window": 4096, "decoder_sparse_step": 1, "moe_intermediate_size": 768,
         "num_experts_per_tok": 8, "norm_topk_prob": false}""");
  }

  @Override
  public TransformerSpec spec(Config c) {
    var s = Sizes.of(c);
    boolean bias = c.flag("attention_bias");
    var rope = RopeParameters.of(c, s.headSize(), "full_attention");
    var attention = s.attention(rope, Qwen2.window(c), bias, bias, s.rms(), Mixer.NormSpan.HEAD);
    int count = c.integer("num_local_experts").or(() -> c.integer("num_experts")).orElse(128);
    int step = Math.max(1, c.needInteger("decoder_sparse_step"));
    var dense = c.numbers("mlp_only_layers").stream().map(Float::intValue).toList();
    return s.stack(
        name(),
        i ->
            s.preNorm(
                attention, feedForward(s, c, count, !dense.contains(i) && (i + 1) % step == 0)));
  }

  private static FeedForward feedForward(Sizes s, Config c, int count, boolean sparse) {
    return sparse && count > 0
        ? s.experts(
            count,
            c.needInteger("num_experts_per_tok"),
            c.needInteger("moe_intermediate_size"),
            c.flag("norm_topk_prob"))
        : s.gated(false);
  }

  @Override
  public List<GgufKey> ggufKeys() {
    return GgufKey.and(
        new GgufKey("expert_count", "num_experts"),
        new GgufKey("expert_used_count", "num_experts_per_tok"),
        new GgufKey("expert_feed_forward_length", "moe_intermediate_size"));
  }

  /** llama.cpp always divides the chosen weights by their sum. */
  @Override
  public Config fromGguf(Config config, Metadata metadata, TensorFile file) {
    return config
        .with("norm_topk_prob", true)
        .with("use_sliding_window", config.has("sliding_window"));
  }

  @Override
  public WeightTable safetensors(TransformerSpec spec, Predicate<String> has) {
    return SafetensorsNames.llama(spec, has);
  }
}
