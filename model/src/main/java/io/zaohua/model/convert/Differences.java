package io.zaohua.model.convert;

import io.zaohua.model.Message;
import io.zaohua.model.family.Family;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Rope;
import io.zaohua.model.spec.TransformerSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Where llama.cpp reads a file otherwise than we do. Facts: src/models/ of llama.cpp, as of autumn
 * 2026.
 */
final class Differences {
  /** Architectures that honour {@code attention.sliding_window}. */
  private static final Set<String> WINDOWS = Set.of("gemma2", "gemma3", "olmo2");

  /** Architectures that load biases of the output projection and of the feed-forward. */
  private static final Set<String> BIASES = Set.of("llama", "granite", "gpt2", "gptneox");

  private Differences() {}

  /** Extra values that say only more exactly what llama.cpp gets by other means. */
  static boolean known(String key, Family family, TransformerSpec spec) {
    return switch (key) {
      case "tie_word_embeddings" -> family.ggufLayout().needsOutput() && spec.head().tied();
      case "rope_parameters", "rope_scaling", "rope_theta" ->
          ropes(spec).stream().allMatch(r -> carried(r.scaling(), family));
      default -> false;
    };
  }

  /** Carried by a tensor, or spoken of in {@link #of}. */
  private static boolean carried(Rope.Scaling scaling, Family family) {
    return switch (scaling) {
      case Rope.Scaling.Llama3 _ -> Set.of("llama", "granite").contains(family.architecture());
      case Rope.Scaling.DynamicNtk _ -> true;
      case Rope.Scaling.None _, Rope.Scaling.Linear _, Rope.Scaling.Divisors _ -> false;
      case Rope.Scaling.Yarn _, Rope.Scaling.LongRope _ -> false;
    };
  }

  private static List<Rope> ropes(TransformerSpec spec) {
    return mixers(spec).stream().map(Mixer.Attention::rope).distinct().toList();
  }

  private static List<Mixer.Attention> mixers(TransformerSpec spec) {
    return spec.layers().stream().map(TransformerSpec.Layer::attention).toList();
  }

  static List<Message> of(Family family, TransformerSpec spec) {
    var notes = new ArrayList<Message>();
    String arch = family.architecture();
    var mixers = mixers(spec);
    if (!WINDOWS.contains(arch) && mixers.stream().anyMatch(a -> a.window() > 0)) {
      notes.add(
          Message.of(
              "llama.cpp ignores the sliding window of architecture %s: past the window its results"
                  + " will differ.",
              "llama.cpp 忽略 %s 架构的滑动窗口:超出窗口后其结果会有差异。", arch));
    }
    if (ropes(spec).stream().anyMatch(r -> r.scaling() instanceof Rope.Scaling.DynamicNtk)) {
      notes.add(
          Message.of(
              "llama.cpp has no dynamic NTK positions: past the original context its results will"
                  + " differ.",
              "llama.cpp 没有动态 NTK 位置:超出原始上下文后其结果会有差异。"));
    }
    boolean outBias = mixers.stream().anyMatch(Mixer.Attention::outBias);
    boolean hiddenBias =
        spec.layers().stream()
            .anyMatch(l -> l.feedForward() instanceof FeedForward.Dense d && d.bias());
    if (!BIASES.contains(arch) && (outBias || hiddenBias)) {
      notes.add(
          Message.of(
              "llama.cpp has no place for these biases in architecture %s and will refuse the file.",
              "llama.cpp 的 %s 架构没有这些偏置的位置,会拒绝该文件。", arch));
    }
    if (arch.equals("gptneox")
        && spec.layers().stream()
            .anyMatch(
                l ->
                    l.feedForward() instanceof FeedForward.Dense d
                        && d.activation() == FeedForward.Activation.GELU)) {
      notes.add(
          Message.of(
              "llama.cpp computes GELU by its tanh approximation: its results differ a little.",
              "llama.cpp 以 tanh 近似计算 GELU:其结果略有差异。"));
    }
    boolean partial = mixers.stream().anyMatch(a -> a.rope().dims() != a.headSize());
    if (arch.equals("llama") && partial) {
      notes.add(
          Message.of(
              "llama.cpp rotates whole heads in architecture llama and will refuse the file.",
              "llama.cpp 的 llama 架构会旋转整个头,会拒绝该文件。"));
    }
    return notes;
  }
}
