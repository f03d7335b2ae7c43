package io.zaohua.model.family;

import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Norm;
import io.zaohua.model.spec.Part;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.Rope;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.View;
import io.zaohua.model.weights.WeightTable;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * GPT-2 (Radford et al. 2019): learned positions, layer norms with biases, matrices stored [in,
 * out]. Facts: configuration_gpt2.py and modeling_gpt2.py of transformers 5.24.
 */
record Gpt2() implements Family {

  @Override
  public String name() {
    return "gpt2";
  }

  @Override
  public String className() {
    return "GPT2LMHeadModel";
  }

  @Override
  public String architecture() {
    return "gpt2";
  }

  @Override
  public Config defaults() {
    return Config.parse(
        """
        {"vocab_size": 50257, "n_positions": 1024, "n_embd": 768, "n_layer": 12, "n_head": 12,
         "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5,
         "scale_attn_weights": true, "scale_attn_by_inverse_layer_idx": false,
         "tie_word_embeddings": true}""");
  }

  @Override
  public TransformerSpec spec(Config c) {
    int width = c.needInteger("n_embd");
    float eps = (float) c.needNumber("layer_norm_epsilon");
    var s =
        new Sizes(
            c.needInteger("vocab_size"),
            width,
            c.needInteger("n_layer"),
            c.needInteger("n_head"),
            c.needInteger("n_head"),
            width / Math.max(1, c.needInteger("n_head")),
            c.integer("n_inner").orElse((int) Math.min(4L * width, Integer.MAX_VALUE)),
            c.needInteger("n_positions"),
            Sizes.activation(c.text("activation_function").orElse("gelu_new")),
            eps,
            c.flag("tie_word_embeddings"));
    var norm = Norm.layer(eps);
    var feedForward = new FeedForward.Dense(s.hidden(), s.activation(), false, true);
    return new TransformerSpec(
        name(),
        s.vocabulary(),
        width,
        s.context(),
        true,
        new TransformerSpec.Embedding(1, false, OptionalInt.of(s.context())),
        IntStream.range(0, s.layers())
            .mapToObj(
                i ->
                    new TransformerSpec.Layer(
                        norm,
                        attention(s, c, i),
                        Norm.NONE,
                        norm,
                        feedForward,
                        Norm.NONE,
                        false,
                        1))
            .toList(),
        norm,
        s.head());
  }

  private static Mixer attention(Sizes s, Config c, int layer) {
    double scale = c.flag("scale_attn_weights") ? 1 / Math.sqrt(s.headSize()) : 1;
    if (c.flag("scale_attn_by_inverse_layer_idx")) {
      scale /= layer + 1;
    }
    return new Mixer.Attention(
        s.heads(),
        s.heads(),
        s.headSize(),
        true,
        true,
        Norm.NONE,
        Mixer.NormSpan.HEAD,
        Rope.NONE,
        0,
        (float) scale,
        0);
  }

  @Override
  public List<GgufKey> ggufKeys() {
    return List.of(
        new GgufKey("context_length", "n_positions"),
        new GgufKey("embedding_length", "n_embd"),
        new GgufKey("block_count", "n_layer"),
        new GgufKey("feed_forward_length", "n_inner"),
        new GgufKey("attention.head_count", "n_head"),
        new GgufKey("attention.layer_norm_epsilon", "layer_norm_epsilon"));
  }

  @Override
  public GgufNames.Layout ggufLayout() {
    return new GgufNames.Layout(false, true, false, false);
  }

  /** The first checkpoints were saved without the prefix. */
  @Override
  public WeightTable safetensors(TransformerSpec spec, Predicate<String> has) {
    String prefix = has.test("wte.weight") ? "" : "transformer.";
    return SafetensorsNames.table(spec, place -> view(spec, prefix, place));
  }

  private static View view(TransformerSpec spec, String prefix, Parts.Place place) {
    if (place.layer() < 0) {
      return new View.Stored(
          switch (place.name()) {
            case Part.EMBEDDING -> prefix + "wte.weight";
            case Part.POSITIONS -> prefix + "wpe.weight";
            case Part.HEAD + ".weight" -> "lm_head.weight";
            default -> prefix + place.name().replace(Part.FINAL_NORM, "ln_f");
          });
    }
    String layer = prefix + "h." + place.layer() + ".";
    int dot = place.name().indexOf('.');
    String name = place.name().substring(0, dot);
    String kind = place.name().substring(dot);
    return switch (name) {
      case "preMixer" -> new View.Stored(layer + "ln_1" + kind);
      case "preFeedForward" -> new View.Stored(layer + "ln_2" + kind);
      case "o" -> turned(layer + "attn.c_proj" + kind);
      case "up" -> turned(layer + "mlp.c_fc" + kind);
      case "down" -> turned(layer + "mlp.c_proj" + kind);
      default -> {
        var rows =
            switch (spec.layers().get(place.layer()).mixer()) {
              case Mixer.Attention a -> GgufNames.qkvRows(a, name);
            };
        yield new View.Rows(turned(layer + "attn.c_attn" + kind), rows);
      }
    };
  }

  private static View turned(String tensor) {
    return tensor.endsWith(".weight")
        ? new View.Transposed(new View.Stored(tensor))
        : new View.Stored(tensor);
  }
}
