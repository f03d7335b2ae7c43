package io.zaohua.model.spec;

/**
 * Canonical names of a transformer's weights. Matrices are [out, in]; vectors [out].
 *
 * <p>Per layer i, under {@code layers.i.}: {@code q k v o} (.weight, .bias), {@code qNorm kNorm},
 * {@code preMixer postMixer preFeedForward postFeedForward} (norms: .weight, .bias), {@code gate up
 * down} (.weight, .bias), {@code router.weight}, {@code experts.e.gate|up|down.weight}. Outside:
 * {@code embedding.weight}, {@code positions.weight}, {@code finalNorm.weight|bias}, {@code
 * head.weight|bias}.
 */
public final class Part {
  public static final String EMBEDDING = "embedding.weight";
  public static final String POSITIONS = "positions.weight";
  public static final String FINAL_NORM = "finalNorm";
  public static final String HEAD = "head";

  private Part() {}

  /** Such as {@code layer(3, "q.weight")} for {@code layers.3.q.weight}. */
  public static String layer(int layer, String part) {
    return "layers." + layer + "." + part;
  }

  /** Such as {@code expert(3, 1, "gate.weight")} for {@code layers.3.experts.1.gate.weight}. */
  public static String expert(int layer, int expert, String part) {
    return "layers." + layer + ".experts." + expert + "." + part;
  }
}
