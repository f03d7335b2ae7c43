package io.zaohua.model.family;

import io.zaohua.model.file.TensorFile;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Norm;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import java.util.List;
import java.util.function.Predicate;

/**
 * Granite 3 (IBM 2024): Llama with four multipliers. Facts: configuration_granite.py of
 * transformers 5.24.
 */
record Granite() implements Family {

  @Override
  public String name() {
    return "granite";
  }

  @Override
  public String className() {
    return "GraniteForCausalLM";
  }

  @Override
  public String architecture() {
    return "granite";
  }

  @Override
  public Config defaults() {
    return Config.parse(
        """
        {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008,
         "num_hidden_layers": 32, "num_attention_heads": 32, "hidden_act": "silu",
         "max_position_embeddings": 2048, "rms_norm_eps": 1e-6, "tie_word_embeddings": false,
         "attention_bias": false, "mlp_bias": false, "embedding_multiplier": 1.0,
         "logits_scaling": 1.0, "residual_multiplier": 1.0, "attention_multiplier": 1.0}""");
  }

  @Override
  public TransformerSpec spec(Config c) {
    var s = Sizes.of(c);
    boolean bias = c.flag("attention_bias");
    boolean outBias = c.has(GgufConfig.OUT_BIAS) ? c.flag(GgufConfig.OUT_BIAS) : bias;
    var attention =
        new Mixer.Attention(
            s.heads(),
            s.kvHeads(),
            s.headSize(),
            bias,
            outBias,
            Norm.NONE,
            Mixer.NormSpan.HEAD,
            RopeParameters.of(c, s.headSize(), "full_attention"),
            0,
            (float) c.needNumber("attention_multiplier"),
            0);
    float residual = (float) c.needNumber("residual_multiplier");
    var layer =
        new TransformerSpec.Layer(
            s.rms(),
            attention,
            Norm.NONE,
            s.rms(),
            s.gated(c.flag("mlp_bias")),
            Norm.NONE,
            false,
            residual);
    float logits = 1 / (float) c.needNumber("logits_scaling");
    return s.stack(
        name(),
        Sizes.scaled((float) c.needNumber("embedding_multiplier"), false),
        i -> layer,
        new TransformerSpec.Head(s.tied(), false, logits, 0));
  }

  @Override
  public List<GgufKey> ggufKeys() {
    return GgufKey.and(
        new GgufKey("attention.scale", "attention_multiplier"),
        new GgufKey("embedding_scale", "embedding_multiplier"),
        new GgufKey("residual_scale", "residual_multiplier"),
        new GgufKey("logit_scale", "logits_scaling"));
  }

  /** llama.cpp takes 1/sqrt(head size) where no attention scale is given. */
  @Override
  public Config fromGguf(Config config, Metadata metadata, TensorFile file) {
    if (config.has("attention_multiplier")) {
      return config;
    }
    int heads = Math.max(1, config.needInteger("num_attention_heads"));
    int head = config.integer("head_dim").orElse(config.needInteger("hidden_size") / heads);
    return config.with("attention_multiplier", 1 / Math.sqrt(head));
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
