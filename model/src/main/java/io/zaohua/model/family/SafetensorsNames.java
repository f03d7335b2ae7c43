package io.zaohua.model.family;

import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Part;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.RowMap;
import io.zaohua.model.weights.View;
import io.zaohua.model.weights.WeightTable;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/** The names that transformers gives to the tensors of Llama and of all that was modelled on it. */
final class SafetensorsNames {
  /** Where the stack stands: by itself, as a bare model, or inside a vision model (old and new). */
  private static final List<String> PREFIXES =
      List.of("model.", "", "model.language_model.", "language_model.model.");

  private final TransformerSpec spec;
  private final Predicate<String> has;
  private final String prefix;
  private final float normOffset;

  private SafetensorsNames(TransformerSpec spec, Predicate<String> has, float normOffset) {
    this.spec = spec;
    this.has = has;
    this.normOffset = normOffset;
    this.prefix =
        PREFIXES.stream()
            .filter(p -> has.test(p + "embed_tokens.weight"))
            .findFirst()
            .orElse("model.");
  }

  static WeightTable llama(TransformerSpec spec, Predicate<String> has) {
    return table(spec, new SafetensorsNames(spec, has, 0)::view);
  }

  /** Gemma's: stored norm weights are one less than the factor. */
  static WeightTable gemma(TransformerSpec spec, Predicate<String> has) {
    return table(spec, new SafetensorsNames(spec, has, 1)::view);
  }

  /** A view for every part of the stack. */
  static WeightTable table(TransformerSpec spec, Function<Parts.Place, View> view) {
    var views = new TreeMap<String, View>();
    for (String part : Parts.of(spec).keySet()) {
      views.put(part, view.apply(Parts.place(part)));
    }
    return new WeightTable(views);
  }

  private View view(Parts.Place place) {
    if (place.layer() < 0) {
      return switch (place.name()) {
        case Part.EMBEDDING -> new View.Stored(prefix + "embed_tokens.weight");
        case Part.FINAL_NORM + ".weight" -> norm(prefix + "norm.weight");
        default -> head(place.name().replace(Part.HEAD, "lm_head"));
      };
    }
    String layer = prefix + "layers." + place.layer() + ".";
    int dot = place.name().indexOf('.');
    String name = place.name().substring(0, dot);
    String kind = place.name().substring(dot);
    if (place.expert() >= 0) {
      return expert(place, layer, name);
    }
    boolean sandwich = spec.layers().get(place.layer()).postMixer().present();
    return switch (name) {
      case "q", "k", "v", "o" -> new View.Stored(layer + "self_attn." + name + "_proj" + kind);
      case "qNorm" -> norm(layer + "self_attn.q_norm" + kind);
      case "kNorm" -> norm(layer + "self_attn.k_norm" + kind);
      case "preMixer" -> norm(layer + "input_layernorm" + kind);
      case "postMixer" -> norm(layer + "post_attention_layernorm" + kind);
      case "preFeedForward" ->
          norm(layer + (sandwich ? "pre_feedforward" : "post_attention") + "_layernorm" + kind);
      case "postFeedForward" -> norm(layer + "post_feedforward_layernorm" + kind);
      case "router" -> router(layer);
      default -> new View.Stored(layer + "mlp." + name + "_proj" + kind);
    };
  }

  private View norm(String tensor) {
    var stored = new View.Stored(tensor);
    return normOffset == 0 ? stored : new View.Plus(stored, normOffset);
  }

  private View head(String tensor) {
    String inside = "language_model." + tensor;
    return new View.Stored(has.test(inside) ? inside : tensor);
  }

  private View router(String layer) {
    String mixtral = layer + "block_sparse_moe.gate.weight";
    return new View.Stored(
        isMixtral() && !has.test(layer + "mlp.gate.weight") ? mixtral : layer + "mlp.gate.weight");
  }

  private boolean isMixtral() {
    return spec.family().equals(Mixtral.NAME);
  }

  /** One tensor an expert, or all experts stacked (as transformers 5 holds them in memory). */
  private View expert(Parts.Place place, String layer, String name) {
    String stacks = layer + "mlp.experts.";
    if (has.test(stacks + "gate_up_proj")
        && spec.layers().get(place.layer()).feedForward() instanceof FeedForward.Experts e) {
      long hidden = e.hidden();
      long width = spec.width();
      return switch (name) {
        case "gate" -> rows(stacks + "gate_up_proj", place.expert() * 2 * hidden, hidden);
        case "up" -> rows(stacks + "gate_up_proj", (place.expert() * 2 + 1) * hidden, hidden);
        default -> rows(stacks + "down_proj", place.expert() * width, width);
      };
    }
    if (isMixtral()) {
      String expert = layer + "block_sparse_moe.experts." + place.expert() + ".";
      return new View.Stored(
          expert
              + switch (name) {
                case "gate" -> "w1.weight";
                case "down" -> "w2.weight";
                default -> "w3.weight";
              });
    }
    return new View.Stored(stacks + place.expert() + "." + name + "_proj.weight");
  }

  private static View rows(String tensor, long from, long count) {
    return new View.Rows(new View.Stored(tensor), new RowMap.Range(from, count));
  }
}
