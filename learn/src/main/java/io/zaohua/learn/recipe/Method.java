package io.zaohua.learn.recipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Which weights change. */
public sealed interface Method {

  /** All of them. */
  record Full() implements Method {}

  /**
   * Low-rank additions to frozen matrices: LoRA, rsLoRA, DoRA.
   *
   * @param rank the additions' rank
   * @param alpha their strength: the scale is alpha / rank, with {@code stabilized} alpha /
   *     sqrt(rank)
   * @param targets which matrices, by the last part of their name in the checkpoint
   * @param stabilized rsLoRA
   * @param decomposed DoRA
   * @param quantized QLoRA: the frozen matrices in 4 bits
   * @param start an adapter to go on from; rank, alpha and the rest are then its own
   */
  record LowRank(
      int rank,
      double alpha,
      List<String> targets,
      boolean stabilized,
      boolean decomposed,
      boolean quantized,
      Optional<Path> start)
      implements Method {
    public LowRank {
      targets = List.copyOf(targets);
    }
  }

  /**
   * A factor for each element of keys, values and inner activations (IA3).
   *
   * @param targets which matrices, by the last part of their name; none given: those
   */
  record Rescaled(List<String> targets) implements Method {
    public Rescaled {
      targets = List.copyOf(targets);
    }
  }

  /**
   * Learned positions before every text: prompt or prefix tuning.
   *
   * @param tokens how many
   * @param prefix keys and values of each layer, not embeddings
   */
  record Virtual(int tokens, boolean prefix) implements Method {}

  static Method read(Section s, Places places) {
    String name =
        s.choice(
            "name",
            "full",
            List.of("full", "lora", "rslora", "dora", "qlora", "ia3", "prompt", "prefix"));
    if (name.equals("full")) {
      return new Full();
    }
    if (name.equals("ia3")) {
      return new Rescaled(s.texts("targets"));
    }
    if (name.equals("prompt") || name.equals("prefix")) {
      return new Virtual(s.whole("tokens", 20, 1), name.equals("prefix"));
    }
    int rank = s.whole("rank", 8, 1);
    return new LowRank(
        rank,
        s.number("alpha", 2.0 * rank, 0, 1e6),
        s.texts("targets"),
        name.equals("rslora") || s.flag("rslora", false),
        name.equals("dora") || s.flag("dora", false),
        name.equals("qlora"),
        s.text("adapter").map(a -> places.find("method.adapter", a)));
  }
}
