package io.zaohua.model.family;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorFile;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Norm;
import io.zaohua.model.spec.Rope;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Gemma 2 (Gemma Team 2024): norms before and after, soft caps, every other layer with a window.
 * Facts: configuration_gemma2.py and modeling_gemma2.py of transformers 5.24.
 */
record Gemma2() implements Family {

  @Override
  public String name() {
    return "gemma2";
  }

  @Override
  public String className() {
    return "Gemma2ForCausalLM";
  }

  @Override
  public String architecture() {
    return "gemma2";
  }

  @Override
  public Config defaults() {
    return Config.parse(
        """
        {"vocab_size": 256000, "hidden_size": 2304, "intermediate_size": 9216,
         "num_hidden_layers": 26, "num_attention_heads": 8, "num_key_value_heads": 4,
         "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh",
         "max_position_embeddings": 8192, "rms_norm_eps": 1e-6, "tie_word_embeddings": true,
         "attention_bias": false, "query_pre_attn_scalar": 256, "sliding_window": 4096,
         "final_logit_softcapping": 30.0, "attn_logit_softcapping": 50.0}""");
  }

  @Override
  public TransformerSpec spec(Config c) {
    var s = Sizes.of(c);
    return stack(name(), s, c, 2, Norm.NONE, false);
  }

  /**
   * The stack of Gemma 2 and 3: every {@code pattern}-th layer sees everything.
   *
   * @param scaledTable whether the embedding's scale belongs to its table
   */
  static TransformerSpec stack(
      String family, Sizes s, Config c, int pattern, Norm qkNorm, boolean scaledTable) {
    if (c.flag("use_bidirectional_attention")) {
      throw new UserError(
          UserError.Kind.UNSUPPORTED,
          Message.of(
              "The configuration asks for bidirectional attention, a causal model was expected.",
              "配置要求双向注意力,应为因果模型。"),
          Message.of("Use a text generation model.", "请使用文本生成模型。"));
    }
    int window = c.integer("sliding_window").orElse(0);
    var types =
        s.layerTypes(c, i -> (i + 1) % pattern != 0 ? "sliding_attention" : "full_attention");
    boolean bias = c.flag("attention_bias");
    float scale = (float) (1 / Math.sqrt(c.needNumber("query_pre_attn_scalar")));
    float attentionCap = c.number("attn_logit_softcapping").orElse(0.0).floatValue();
    float logitCap = c.number("final_logit_softcapping").orElse(0.0).floatValue();
    var activation =
        Sizes.activation(
            c.text("hidden_activation").or(() -> c.text("hidden_act")).orElse("gelu_pytorch_tanh"));
    var feedForward = new FeedForward.Dense(s.hidden(), activation, true, false);
    return s.stack(
        family,
        Sizes.scaled((float) Math.sqrt(s.width()), scaledTable),
        i -> {
          String type = types.get(i);
          Rope rope = RopeParameters.of(c, s.headSize(), type);
          int seen = type.equals("sliding_attention") ? window : 0;
          var attention =
              new Mixer.Attention(
                  s.heads(),
                  s.kvHeads(),
                  s.headSize(),
                  bias,
                  bias,
                  qkNorm,
                  Mixer.NormSpan.HEAD,
                  rope,
                  seen,
                  scale,
                  attentionCap);
          return new TransformerSpec.Layer(
              s.rms(), attention, s.rms(), s.rms(), feedForward, s.rms(), false, 1);
        },
        new TransformerSpec.Head(s.tied(), false, 1, logitCap));
  }

  /**
   * llama.cpp derives the attention's scale: from the head size, in the 27 B one from the width.
   */
  static Config derived(Config config, int layersOfLargest) {
    int width = config.needInteger("hidden_size");
    int heads = Math.max(1, config.needInteger("num_attention_heads"));
    boolean largest = config.needInteger("num_hidden_layers") == layersOfLargest;
    int head = config.integer("head_dim").orElse(width / heads);
    return config.with("query_pre_attn_scalar", largest ? width / heads : head);
  }

  @Override
  public Config fromGguf(Config config, Metadata metadata, TensorFile file) {
    var values = new LinkedHashMap<String, Object>();
    metadata
        .number("gemma2.attn_logit_softcapping")
        .ifPresent(cap -> values.put("attn_logit_softcapping", cap));
    metadata
        .number("gemma2.final_logit_softcapping")
        .ifPresent(cap -> values.put("final_logit_softcapping", cap));
    if (!config.has("sliding_window")) {
      values.put("sliding_window", 4096);
    }
    var completed = derived(config, 46);
    for (Map.Entry<String, Object> value : values.entrySet()) {
      completed = completed.with(value.getKey(), value.getValue());
    }
    return completed;
  }

  @Override
  public WeightTable safetensors(TransformerSpec spec, Predicate<String> has) {
    return SafetensorsNames.gemma(spec, has);
  }
}
