package io.zaohua.model.family;

import io.zaohua.model.file.TensorFile;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.RowMap;
import io.zaohua.model.weights.View;
import io.zaohua.model.weights.WeightTable;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Phi-3 and Phi-4-mini (Abdin et al. 2024): Llama with fused projections and LongRoPE. Facts:
 * configuration_phi3.py of transformers 5.24.
 */
record Phi3() implements Family {

  @Override
  public String name() {
    return "phi3";
  }

  @Override
  public String className() {
    return "Phi3ForCausalLM";
  }

  @Override
  public String architecture() {
    return "phi3";
  }

  @Override
  public Config defaults() {
    return Config.parse(
        """
        {"vocab_size": 32064, "hidden_size": 3072, "intermediate_size": 8192,
         "num_hidden_layers": 32, "num_attention_heads": 32, "hidden_act": "silu",
         "max_position_embeddings": 4096, "original_max_position_embeddings": 4096,
         "rms_norm_eps": 1e-5, "tie_word_embeddings": false}""");
  }

  @Override
  public TransformerSpec spec(Config c) {
    var s = Sizes.of(c);
    var rope = RopeParameters.of(longRope(c), s.headSize(), "full_attention");
    var attention = s.attention(rope, c.integer("sliding_window").orElse(0), false, false);
    return s.stack(name(), i -> s.preNorm(attention, s.gated(false)));
  }

  /** What early configurations call yarn is LongRoPE. */
  private static Config longRope(Config c) {
    for (String key : new String[] {"rope_scaling", "rope_parameters"}) {
      var values = c.object(key);
      if (values.isPresent()
          && values
              .get()
              .text("rope_type")
              .or(() -> values.get().text("type"))
              .filter("yarn"::equals)
              .isPresent()) {
        return c.with(key, values.get().with("rope_type", "longrope").json());
      }
    }
    return c;
  }

  @Override
  public Config fromGguf(Config config, Metadata metadata, TensorFile file) {
    var original = metadata.integer("phi3.rope.scaling.original_context_length");
    return original.isPresent()
        ? config.with("original_max_position_embeddings", original.get())
        : config.with(
            "original_max_position_embeddings", config.needInteger("max_position_embeddings"));
  }

  @Override
  public GgufNames.Layout ggufLayout() {
    return new GgufNames.Layout(false, true, true, false);
  }

  @Override
  public WeightTable safetensors(TransformerSpec spec, Predicate<String> has) {
    var views = new TreeMap<>(SafetensorsNames.llama(spec, has).views());
    views.replaceAll((part, view) -> fused(spec, Parts.place(part), view));
    return new WeightTable(views);
  }

  private static View fused(TransformerSpec spec, Parts.Place place, View view) {
    if (place.layer() < 0) {
      return view;
    }
    var layer = spec.layers().get(place.layer());
    return switch (layer.mixer()) {
      case Mixer.Attention a ->
          switch (place.name()) {
            case "q.weight", "k.weight", "v.weight" -> {
              String name = place.name().substring(0, 1);
              String tensor = view.tensor().replace(name + "_proj", "qkv_proj");
              yield GgufNames.fused(tensor, a, name);
            }
            case "gate.weight" -> half(view, "gate_proj", layer.feedForward(), 0);
            case "up.weight" -> half(view, "up_proj", layer.feedForward(), 1);
            default -> view;
          };
    };
  }

  private static View half(View view, String name, FeedForward feedForward, int index) {
    return switch (feedForward) {
      case FeedForward.Dense d -> {
        var stored = new View.Stored(view.tensor().replace(name, "gate_up_proj"));
        yield new View.Rows(stored, new RowMap.Range((long) index * d.hidden(), d.hidden()));
      }
      case FeedForward.Experts _ -> view;
    };
  }
}
