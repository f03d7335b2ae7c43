package io.zaohua.model.family;

import io.zaohua.model.file.TensorFile;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Norm;
import io.zaohua.model.spec.Part;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.RowMap;
import io.zaohua.model.weights.View;
import io.zaohua.model.weights.WeightTable;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * GPT-NeoX and Pythia (Black et al. 2022): attention and feed-forward side by side, a quarter of
 * each head rotated, projections fused by head. Facts: configuration_gpt_neox.py of transformers
 * 5.24.
 */
record GptNeoX() implements Family {

  @Override
  public String name() {
    return "gpt_neox";
  }

  @Override
  public String className() {
    return "GPTNeoXForCausalLM";
  }

  @Override
  public String architecture() {
    return "gptneox";
  }

  @Override
  public Config defaults() {
    return Config.parse(
        """
        {"vocab_size": 50432, "hidden_size": 6144, "intermediate_size": 24576,
         "num_hidden_layers": 44, "num_attention_heads": 64, "hidden_act": "gelu",
         "max_position_embeddings": 2048, "layer_norm_eps": 1e-5, "tie_word_embeddings": false,
         "use_parallel_residual": true, "attention_bias": true, "rotary_pct": 0.25}""");
  }

  @Override
  public TransformerSpec spec(Config c) {
    var s = Sizes.of(c.with("rms_norm_eps", c.needNumber("layer_norm_eps")));
    boolean bias = c.flag("attention_bias");
    var rope = RopeParameters.of(c, s.headSize(), "full_attention");
    var attention = s.attention(rope, 0, bias, bias);
    var norm = Norm.layer(s.eps());
    var layer =
        new TransformerSpec.Layer(
            norm,
            attention,
            Norm.NONE,
            norm,
            new FeedForward.Dense(s.hidden(), s.activation(), false, true),
            Norm.NONE,
            c.flag("use_parallel_residual"),
            1);
    return new TransformerSpec(
        name(),
        s.vocabulary(),
        s.width(),
        s.context(),
        true,
        new TransformerSpec.Embedding(1, false, OptionalInt.empty()),
        IntStream.range(0, s.layers()).mapToObj(i -> layer).toList(),
        norm,
        s.head());
  }

  @Override
  public List<GgufKey> ggufKeys() {
    return List.of(
        new GgufKey("context_length", "max_position_embeddings"),
        new GgufKey("embedding_length", "hidden_size"),
        new GgufKey("block_count", "num_hidden_layers"),
        new GgufKey("feed_forward_length", "intermediate_size"),
        new GgufKey("attention.head_count", "num_attention_heads"),
        new GgufKey("attention.layer_norm_epsilon", "layer_norm_eps"));
  }

  /** In GGUF all dimensions are rotated unless it says otherwise; the default here is a quarter. */
  @Override
  public Config fromGguf(Config config, Metadata metadata, TensorFile file) {
    var completed =
        config.with(
            "use_parallel_residual", metadata.bool("gptneox.use_parallel_residual").orElse(true));
    boolean partial =
        config.object("rope_parameters").filter(r -> r.has("partial_rotary_factor")).isPresent();
    return partial ? completed : completed.with("rotary_pct", 1.0);
  }

  @Override
  public GgufNames.Layout ggufLayout() {
    return new GgufNames.Layout(false, true, false, true);
  }

  @Override
  public WeightTable safetensors(TransformerSpec spec, Predicate<String> has) {
    String head = has.test("lm_head.weight") ? "lm_head" : "embed_out";
    return SafetensorsNames.table(spec, place -> view(spec, head, place));
  }

  private static View view(TransformerSpec spec, String head, Parts.Place place) {
    if (place.layer() < 0) {
      return new View.Stored(
          place.name().equals(Part.EMBEDDING)
              ? "gpt_neox.embed_in.weight"
              : place
                  .name()
                  .replace(Part.FINAL_NORM, "gpt_neox.final_layer_norm")
                  .replace(Part.HEAD, head));
    }
    String layer = "gpt_neox.layers." + place.layer() + ".";
    int dot = place.name().indexOf('.');
    String name = place.name().substring(0, dot);
    String kind = place.name().substring(dot);
    return switch (name) {
      case "q" -> slice(spec, place.layer(), layer, kind, 0);
      case "k" -> slice(spec, place.layer(), layer, kind, 1);
      case "v" -> slice(spec, place.layer(), layer, kind, 2);
      case "o" -> new View.Stored(layer + "attention.dense" + kind);
      case "preMixer" -> new View.Stored(layer + "input_layernorm" + kind);
      case "preFeedForward" -> new View.Stored(layer + "post_attention_layernorm" + kind);
      case "up" -> new View.Stored(layer + "mlp.dense_h_to_4h" + kind);
      default -> new View.Stored(layer + "mlp.dense_4h_to_h" + kind);
    };
  }

  private static View slice(TransformerSpec spec, int index, String layer, String kind, int which) {
    return switch (spec.layers().get(index).mixer()) {
      case Mixer.Attention a ->
          new View.Rows(
              new View.Stored(layer + "attention.query_key_value" + kind),
              new RowMap.HeadSlice(a.heads(), 3, which, a.headSize()));
    };
  }
}
