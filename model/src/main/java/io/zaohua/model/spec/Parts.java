package io.zaohua.model.spec;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which parts a stack has, and their shapes. Loading checks a checkpoint against them, export goes
 * through them.
 */
public final class Parts {
  private Parts() {}

  /** A part's shape as [rows, columns]; a vector is [1, n]. */
  public record Size(long rows, long columns) {
    @Override
    public String toString() {
      return rows == 1 ? "[" + columns + "]" : "[" + rows + ", " + columns + "]";
    }
  }

  /**
   * Where a part stands.
   *
   * @param layer its layer, -1 outside the layers
   * @param expert its expert, -1 outside experts
   * @param name what is left of the name, such as {@code q.weight}
   */
  public record Place(int layer, int expert, String name) {}

  /** Takes a canonical name apart. */
  public static Place place(String part) {
    if (!part.startsWith("layers.")) {
      return new Place(-1, -1, part);
    }
    int dot = part.indexOf('.', 7);
    int layer = Integer.parseInt(part, 7, dot, 10);
    String rest = part.substring(dot + 1);
    if (!rest.startsWith("experts.")) {
      return new Place(layer, -1, rest);
    }
    int end = rest.indexOf('.', 8);
    return new Place(layer, Integer.parseInt(rest, 8, end, 10), rest.substring(end + 1));
  }

  /** Whether a part is a vector: a bias or a norm's factors. */
  public static boolean vector(String part) {
    String name = place(part).name();
    return name.endsWith(".bias")
        || switch (name) {
          case "finalNorm.weight", "qNorm.weight", "kNorm.weight" -> true;
          case "preMixer.weight", "postMixer.weight" -> true;
          case "preFeedForward.weight", "postFeedForward.weight" -> true;
          default -> false;
        };
  }

  /** All parts in the order in which the stack uses them. A tied head has none of its own. */
  public static Map<String, Size> of(TransformerSpec spec) {
    var parts = new LinkedHashMap<String, Size>();
    int width = spec.width();
    parts.put(Part.EMBEDDING, new Size(spec.vocabulary(), width));
    spec.embedding()
        .learnedPositions()
        .ifPresent(rows -> parts.put(Part.POSITIONS, new Size(rows, width)));
    for (int i = 0; i < spec.layers().size(); i++) {
      layer(parts, "layers." + i + ".", spec.layers().get(i), width);
    }
    norm(parts, Part.FINAL_NORM, spec.finalNorm(), width);
    if (!spec.head().tied()) {
      parts.put(Part.HEAD + ".weight", new Size(spec.vocabulary(), width));
    }
    if (spec.head().bias()) {
      parts.put(Part.HEAD + ".bias", new Size(1, spec.vocabulary()));
    }
    return parts;
  }

  private static void layer(
      Map<String, Size> parts, String prefix, TransformerSpec.Layer layer, int width) {
    norm(parts, prefix + "preMixer", layer.preMixer(), width);
    switch (layer.mixer()) {
      case Mixer.Attention a -> attention(parts, prefix, a, width);
    }
    norm(parts, prefix + "postMixer", layer.postMixer(), width);
    norm(parts, prefix + "preFeedForward", layer.preFeedForward(), width);
    switch (layer.feedForward()) {
      case FeedForward.Dense d -> {
        if (d.gated()) {
          matrix(parts, prefix + "gate", d.hidden(), width, d.bias());
        }
        matrix(parts, prefix + "up", d.hidden(), width, d.bias());
        matrix(parts, prefix + "down", width, d.hidden(), d.bias());
      }
      case FeedForward.Experts e -> {
        matrix(parts, prefix + "router", e.count(), width, false);
        for (int i = 0; i < e.count(); i++) {
          String expert = prefix + "experts." + i + ".";
          matrix(parts, expert + "gate", e.hidden(), width, false);
          matrix(parts, expert + "up", e.hidden(), width, false);
          matrix(parts, expert + "down", width, e.hidden(), false);
        }
      }
    }
    norm(parts, prefix + "postFeedForward", layer.postFeedForward(), width);
  }

  private static void attention(
      Map<String, Size> parts, String prefix, Mixer.Attention a, int width) {
    int queries = a.heads() * a.headSize();
    int keys = a.kvHeads() * a.headSize();
    matrix(parts, prefix + "q", queries, width, a.qkvBias());
    matrix(parts, prefix + "k", keys, width, a.qkvBias());
    matrix(parts, prefix + "v", keys, width, a.qkvBias());
    boolean head = a.qkNormSpan() == Mixer.NormSpan.HEAD;
    norm(parts, prefix + "qNorm", a.qkNorm(), head ? a.headSize() : queries);
    norm(parts, prefix + "kNorm", a.qkNorm(), head ? a.headSize() : keys);
    matrix(parts, prefix + "o", width, queries, a.outBias());
  }

  private static void matrix(
      Map<String, Size> parts, String name, int rows, int columns, boolean bias) {
    parts.put(name + ".weight", new Size(rows, columns));
    if (bias) {
      parts.put(name + ".bias", new Size(1, rows));
    }
  }

  private static void norm(Map<String, Size> parts, String name, Norm norm, int size) {
    if (norm.present()) {
      parts.put(name + ".weight", new Size(1, size));
      if (norm.bias()) {
        parts.put(name + ".bias", new Size(1, size));
      }
    }
  }
}
