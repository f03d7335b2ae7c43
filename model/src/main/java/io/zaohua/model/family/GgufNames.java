package io.zaohua.model.family;

import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Part;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.RowMap;
import io.zaohua.model.weights.View;
import io.zaohua.model.weights.WeightTable;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The tensor names of GGUF, which are the same for all families. Facts: gguf-py/gguf/constants.py
 * and conversion/ of llama.cpp.
 */
public final class GgufNames {
  private GgufNames() {}

  /**
   * What differs between architectures.
   *
   * @param interleaved whether rows of q and k stand in interleaved rotary order
   * @param fusedQkv whether q, k and v are one tensor
   * @param fusedGate whether gate and up are one tensor
   * @param needsOutput whether llama.cpp refuses a file without output.weight
   */
  public record Layout(
      boolean interleaved, boolean fusedQkv, boolean fusedGate, boolean needsOutput) {
    static final Layout PLAIN = new Layout(false, false, false, false);
    static final Layout INTERLEAVED = new Layout(true, false, false, false);
  }

  static WeightTable table(TransformerSpec spec, Layout layout, Predicate<String> has) {
    var views = new TreeMap<String, View>();
    for (String part : Parts.of(spec).keySet()) {
      views.put(part, view(spec, layout, has, Parts.place(part)));
    }
    return new WeightTable(views);
  }

  private static View view(
      TransformerSpec spec, Layout layout, Predicate<String> has, Parts.Place place) {
    if (place.layer() < 0) {
      return new View.Stored(
          switch (place.name()) {
            case Part.EMBEDDING -> "token_embd.weight";
            case Part.POSITIONS -> "position_embd.weight";
            default ->
                place.name().replace(Part.FINAL_NORM, "output_norm").replace(Part.HEAD, "output");
          });
    }
    var layer = spec.layers().get(place.layer());
    String block = "blk." + place.layer() + ".";
    int dot = place.name().indexOf('.');
    String name = place.name().substring(0, dot);
    String kind = place.name().substring(dot);
    if (place.expert() >= 0) {
      return expert(spec, place, block, name, has);
    }
    return switch (layer.mixer()) {
      case Mixer.Attention a ->
          switch (name) {
            case "q", "k", "v" -> projection(a, layout, block, name, kind);
            case "o" -> new View.Stored(block + "attn_output" + kind);
            case "qNorm" -> new View.Stored(block + "attn_q_norm" + kind);
            case "kNorm" -> new View.Stored(block + "attn_k_norm" + kind);
            default -> feedForward(layer, layout, block, name, kind);
          };
    };
  }

  private static View projection(
      Mixer.Attention a, Layout layout, String block, String name, String kind) {
    int heads = name.equals("q") ? a.heads() : a.kvHeads();
    View view;
    if (layout.fusedQkv()) {
      view = fused(block + "attn_qkv" + kind, a, name);
    } else {
      view = new View.Stored(block + "attn_" + name + kind);
    }
    boolean turned = layout.interleaved() && !name.equals("v");
    return turned ? new View.Rows(view, new RowMap.Interleaved(heads, a.headSize())) : view;
  }

  /** Rows of queries, then keys, then values in one tensor. */
  static View fused(String tensor, Mixer.Attention a, String name) {
    return new View.Rows(new View.Stored(tensor), qkvRows(a, name));
  }

  static RowMap qkvRows(Mixer.Attention a, String name) {
    long queries = (long) a.heads() * a.headSize();
    long keys = (long) a.kvHeads() * a.headSize();
    return switch (name) {
      case "q" -> new RowMap.Range(0, queries);
      case "k" -> new RowMap.Range(queries, keys);
      default -> new RowMap.Range(queries + keys, keys);
    };
  }

  private static View feedForward(
      TransformerSpec.Layer layer, Layout layout, String block, String name, String kind) {
    if (layout.fusedGate() && layer.feedForward() instanceof FeedForward.Dense dense) {
      String tensor = block + "ffn_up" + kind;
      switch (name) {
        case "gate" -> {
          return new View.Rows(new View.Stored(tensor), new RowMap.Range(0, dense.hidden()));
        }
        case "up" -> {
          return new View.Rows(
              new View.Stored(tensor), new RowMap.Range(dense.hidden(), dense.hidden()));
        }
        default -> {}
      }
    }
    return new View.Stored(
        block
            + switch (name) {
              case "preMixer" -> "attn_norm";
              case "postMixer" -> "post_attention_norm";
              case "preFeedForward" -> "ffn_norm";
              case "postFeedForward" -> "post_ffw_norm";
              case "router" -> "ffn_gate_inp";
              default -> "ffn_" + name;
            }
            + kind);
  }

  /** Experts stand in one tensor [count, out, in]; files of early 2024 have one tensor each. */
  private static View expert(
      TransformerSpec spec, Parts.Place place, String block, String name, Predicate<String> has) {
    String single = block + "ffn_" + name + "." + place.expert() + ".weight";
    if (has.test(single)
        || !(spec.layers().get(place.layer()).feedForward()
            instanceof FeedForward.Experts experts)) {
      return new View.Stored(single);
    }
    long rows = name.equals("down") ? spec.width() : experts.hidden();
    return new View.Rows(
        new View.Stored(block + "ffn_" + name + "_exps.weight"),
        new RowMap.Range(place.expert() * rows, rows));
  }
}
