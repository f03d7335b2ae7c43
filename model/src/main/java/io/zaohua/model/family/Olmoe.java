package io.zaohua.model.family;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorFile;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import java.util.List;
import java.util.function.Predicate;

/**
 * OLMoE (Muennighoff et al. 2024): experts, and norms over the whole projections of queries and
 * keys. Facts: configuration_olmoe.py of transformers 5.24.
 */
record Olmoe() implements Family {

  @Override
  public String name() {
    return "olmoe";
  }

  @Override
  public String className() {
    return "OlmoeForCausalLM";
  }

  @Override
  public String architecture() {
    return "olmoe";
  }

  @Override
  public Config defaults() {
    return Config.parse(
        """
        {"vocab_size": 50304, "hidden_size": 2048, "intermediate_size": 2048,
         "num_hidden_layers": 16, "num_attention_heads": 16, "hidden_act": "silu",
         "max_position_embeddings": 4096, "rms_norm_eps": 1e-5, "tie_word_embeddings": false,
         "attention_bias": false, "num_experts_per_tok": 8, "norm_topk_prob": false}""");
  }

  @Override
  public TransformerSpec spec(Config c) {
    if (c.has("clip_qkv")) {
      throw new UserError(
          UserError.Kind.UNSUPPORTED,
          Message.of(
              "The configuration clips queries, keys and values (clip_qkv), which is not supported.",
              "配置会截断查询、键和值(clip_qkv),尚不支持。"),
          Message.of("Use an OLMoE model without clip_qkv.", "请使用没有 clip_qkv 的 OLMoE 模型。"));
    }
    var s = Sizes.of(c);
    var rope = RopeParameters.of(c, s.headSize(), "full_attention");
    boolean bias = c.flag("attention_bias");
    var attention = s.attention(rope, 0, bias, bias, s.rms(), Mixer.NormSpan.PROJECTION);
    int count = c.integer("num_experts").or(() -> c.integer("num_local_experts")).orElse(64);
    var experts =
        s.experts(
            count, c.needInteger("num_experts_per_tok"), s.hidden(), c.flag("norm_topk_prob"));
    return s.stack(name(), i -> s.preNorm(attention, experts));
  }

  @Override
  public List<GgufKey> ggufKeys() {
    return GgufKey.and(
        new GgufKey("expert_count", "num_experts"),
        new GgufKey("expert_used_count", "num_experts_per_tok"));
  }

  /** llama.cpp never divides the chosen weights by their sum. */
  @Override
  public Config fromGguf(Config config, Metadata metadata, TensorFile file) {
    return config.with("norm_topk_prob", false);
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
