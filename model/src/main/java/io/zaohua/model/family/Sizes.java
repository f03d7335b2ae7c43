package io.zaohua.model.family;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.FeedForward.Activation;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Norm;
import io.zaohua.model.spec.Rope;
import io.zaohua.model.spec.TransformerSpec;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The numbers that nearly all families name alike, and what is built of them. */
record Sizes(
    int vocabulary,
    int width,
    int layers,
    int heads,
    int kvHeads,
    int headSize,
    int hidden,
    int context,
    Activation activation,
    float eps,
    boolean tied) {
  /** Far above any model; a header may claim anything. */
  private static final int MAX_LAYERS = 1024;

  private static final int MAX_HEADS = 65_536;
  private static final int MAX_EXPERTS = 65_536;

  Sizes {
    within("num_hidden_layers", layers, MAX_LAYERS);
    within("num_attention_heads", heads, MAX_HEADS);
    within("num_key_value_heads", kvHeads, MAX_HEADS);
  }

  static Sizes of(Config c) {
    int width = c.needInteger("hidden_size");
    int heads = c.needInteger("num_attention_heads");
    within("num_attention_heads", heads, MAX_HEADS);
    return new Sizes(
        c.needInteger("vocab_size"),
        width,
        c.needInteger("num_hidden_layers"),
        heads,
        c.integer("num_key_value_heads").orElse(heads),
        c.integer("head_dim").orElse(width / heads),
        c.needInteger("intermediate_size"),
        c.needInteger("max_position_embeddings"),
        activation(c.text("hidden_act").orElse("silu")),
        (float) c.needNumber("rms_norm_eps"),
        c.flag("tie_word_embeddings"));
  }

  static Activation activation(String name) {
    return switch (name) {
      case "silu", "swish" -> Activation.SILU;
      case "gelu" -> Activation.GELU;
      case "gelu_new", "gelu_fast", "gelu_pytorch_tanh" -> Activation.GELU_TANH;
      case "relu" -> Activation.RELU;
      default ->
          throw new UserError(
              UserError.Kind.UNSUPPORTED,
              Message.of(
                  "The activation %s is unknown; known are silu, gelu, gelu_new, gelu_pytorch_tanh"
                      + " and relu.",
                  "未知的激活函数 %s;已知的有 silu、gelu、gelu_new、gelu_pytorch_tanh 和 relu。", name),
              Message.of("Use a model with one of these.", "请使用其中之一的模型。"));
    };
  }

  Norm rms() {
    return Norm.rms(eps);
  }

  /** Attention without norms of queries and keys, scaled by 1/sqrt(head size), uncapped. */
  Mixer.Attention attention(Rope rope, int window, boolean qkvBias, boolean outBias) {
    return attention(rope, window, qkvBias, outBias, Norm.NONE, Mixer.NormSpan.HEAD);
  }

  Mixer.Attention attention(
      Rope rope, int window, boolean qkvBias, boolean outBias, Norm qkNorm, Mixer.NormSpan span) {
    float scale = (float) (1 / Math.sqrt(headSize));
    return new Mixer.Attention(
        heads, kvHeads, headSize, qkvBias, outBias, qkNorm, span, rope, window, scale, 0);
  }

  FeedForward gated(boolean bias) {
    return new FeedForward.Dense(hidden, activation, true, bias);
  }

  FeedForward experts(int count, int used, int size, boolean normalize) {
    within("num_experts", (long) count * layers, MAX_EXPERTS);
    return new FeedForward.Experts(count, used, size, activation, normalize);
  }

  /** The usual block: norm, mixer, add, norm, feed-forward, add. */
  TransformerSpec.Layer preNorm(Mixer mixer, FeedForward feedForward) {
    return new TransformerSpec.Layer(
        rms(), mixer, Norm.NONE, rms(), feedForward, Norm.NONE, false, 1);
  }

  TransformerSpec.Head head() {
    return new TransformerSpec.Head(tied, false, 1, 0);
  }

  /** A causal stack with nothing special before and after its layers. */
  TransformerSpec stack(String family, IntFunction<TransformerSpec.Layer> layer) {
    return stack(family, scaled(1, false), layer, head());
  }

  /** Token rows times a factor, without learned positions. */
  static TransformerSpec.Embedding scaled(float factor, boolean ofTable) {
    return new TransformerSpec.Embedding(factor, ofTable, OptionalInt.empty());
  }

  TransformerSpec stack(
      String family,
      TransformerSpec.Embedding embedding,
      IntFunction<TransformerSpec.Layer> layer,
      TransformerSpec.Head head) {
    return new TransformerSpec(
        family,
        vocabulary,
        width,
        context,
        true,
        embedding,
        IntStream.range(0, layers).mapToObj(layer).toList(),
        rms(),
        head);
  }

  /** Layer types as given, or made by {@code derived}. */
  List<String> layerTypes(Config c, IntFunction<String> derived) {
    var types =
        c.texts("layer_types")
            .orElseGet(() -> IntStream.range(0, layers).mapToObj(derived).toList());
    if (types.size() < layers) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "layer_types names %d layers, %d were expected.",
              "layer_types 给出 %d 层,应为 %d 层。", types.size(), layers),
          Message.of("Check config.json.", "请检查 config.json。"));
    }
    for (var type : types) {
      if (!type.equals("full_attention") && !type.equals("sliding_attention")) {
        throw new UserError(
            UserError.Kind.UNSUPPORTED,
            Message.of(
                "The layer type %s is unknown; known are full_attention and sliding_attention.",
                "未知的层类型 %s;已知的有 full_attention 和 sliding_attention。", type),
            Message.of("Use a model with these layers.", "请使用由这些层组成的模型。"));
      }
    }
    return types;
  }

  private static void within(String key, long value, long most) {
    if (value < 1 || value > most) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "The configuration gives %s = %d, between 1 and %d was expected.",
              "配置给出 %s = %d,应在 1 与 %d 之间。", key, value, most),
          Message.of("Check config.json or the GGUF metadata.", "请检查 config.json 或 GGUF 元数据。"));
    }
  }
}
