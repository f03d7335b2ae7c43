package io.zaohua.model.spec;

import java.util.List;

/**
 * Rotary positions (Su et al. 2021, RoFormer), canonical half-split pairing: element i turns with
 * element i + dims/2. Checkpoints in interleaved order (GGUF's llama) are read through a row view.
 *
 * @param dims rotated elements of each head; 0 means no rotation
 * @param theta the base
 * @param scaling how positions past the original context are reached
 * @param sections pairs that turn with each axis of a position, first axis first (Qwen2-VL's
 *     mrope_section: time, height, width; llama.cpp's rope.dimension_sections); empty for plain
 *     positions of one axis
 */
public record Rope(int dims, double theta, Scaling scaling, List<Integer> sections) {
  /** No rotation (SmolLM3's NoPE layers, GPT-2). */
  public static final Rope NONE = new Rope(0, 10000, new Scaling.None());

  public Rope {
    Check.that(dims >= 0, "rotary dims", dims);
    Check.that(theta > 0 && theta < Double.POSITIVE_INFINITY, "rope theta", theta);
    Check.finite("rope attention factor", RopeFrequencies.attentionFactor(scaling));
    sections = List.copyOf(sections);
    for (int pairs : sections) {
      Check.that(pairs >= 0, "pairs of a rope section", pairs);
    }
    long pairs = sections.stream().mapToLong(Integer::longValue).sum();
    Check.that(sections.isEmpty() || pairs == dims / 2, "pairs of all rope sections", pairs);
  }

  /** Plain positions of one axis. */
  public Rope(int dims, double theta, Scaling scaling) {
    this(dims, theta, scaling, List.of());
  }

  /** Axes that a position has: 1 unless there are sections. */
  public int axes() {
    return Math.max(1, sections.size());
  }

  /**
   * The kinds of transformers' modeling_rope_utils.py; formulas stand in {@link RopeFrequencies}.
   */
  public sealed interface Scaling {
    record None() implements Scaling {}

    /** Positions divided by {@code factor}. */
    record Linear(double factor) implements Scaling {}

    /** NTK-aware base, from the length the sequence is opened for, past {@code original}. */
    record DynamicNtk(double factor, int original) implements Scaling {}

    /** Llama 3.1: low frequencies divided, high kept, a ramp between. */
    record Llama3(double factor, double lowFactor, double highFactor, int original)
        implements Scaling {}

    /**
     * YaRN (Peng et al. 2023).
     *
     * @param attentionFactor multiplies cos and sin; resolved from mscale etc. by the family
     * @param truncate whether the ramp's bounds are rounded to whole dimensions
     */
    record Yarn(
        double factor,
        int original,
        double betaFast,
        double betaSlow,
        double attentionFactor,
        boolean truncate)
        implements Scaling {}

    /**
     * LongRoPE (Ding et al. 2024): one divisor a pair; {@code longFactors} when the sequence is
     * opened for more than {@code original} positions.
     */
    record LongRope(
        List<Float> shortFactors, List<Float> longFactors, int original, double attentionFactor)
        implements Scaling {
      public LongRope {
        shortFactors = List.copyOf(shortFactors);
        longFactors = List.copyOf(longFactors);
      }
    }

    /** Llama 3 in GGUF: divisors a pair ready-made, in tensor rope_freqs.weight. */
    record Divisors(List<Float> divisors) implements Scaling {
      public Divisors {
        divisors = List.copyOf(divisors);
      }
    }
  }
}
