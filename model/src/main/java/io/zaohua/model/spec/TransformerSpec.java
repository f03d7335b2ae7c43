package io.zaohua.model.spec;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A transformer stack as data: what every executor (the CPU engine, the differentiable one) reads.
 *
 * <p>Hidden states go through {@code embedding -> layers -> finalNorm -> head}. All parts are named
 * by {@link Part}.
 *
 * @param family the name of the family, such as {@code llama}
 * @param vocabulary number of token ids
 * @param width size of a hidden state
 * @param contextLength positions the model was made for
 * @param causal whether a token sees only earlier ones
 * @param embedding how ids become hidden states
 * @param layers the blocks, first to last
 * @param finalNorm the norm before the head
 * @param head how hidden states become logits
 */
public record TransformerSpec(
    String family,
    int vocabulary,
    int width,
    int contextLength,
    boolean causal,
    Embedding embedding,
    List<Layer> layers,
    Norm finalNorm,
    Head head) {
  public TransformerSpec {
    layers = List.copyOf(layers);
    Check.that(vocabulary > 0, "vocabulary", vocabulary);
    Check.that(width > 0, "width", width);
    Check.that(contextLength > 0, "contextLength", contextLength);
    Check.that(!layers.isEmpty(), "layers", layers.size());
  }

  /**
   * How ids become hidden states.
   *
   * @param scale multiplies the embedding row (Gemma: sqrt(width); Granite: embedding_multiplier)
   * @param ofTable whether the scale belongs to the table (Gemma 3), so that learned rows that
   *     stand beside its rows are not scaled
   * @param learnedPositions rows of a learned position table (GPT-2), or none
   */
  public record Embedding(float scale, boolean ofTable, OptionalInt learnedPositions) {
    public Embedding {
      Check.finite("embedding scale", scale);
    }

    /** What multiplies learned rows that stand beside the table's. */
    public float scaleBeside() {
      return ofTable ? 1 : scale;
    }
  }

  /**
   * How hidden states become logits: {@code softCap(scale * (W x + b))}.
   *
   * @param tied whether W is the embedding table
   * @param bias whether b exists
   * @param scale multiplies the logits (Granite: 1 / logits_scaling)
   * @param softCap c of {@code c tanh(x / c)}; 0 means none
   */
  public record Head(boolean tied, boolean bias, float scale, float softCap) {
    public Head {
      Check.finite("logits scale", scale);
      Check.that(softCap >= 0 && softCap < Float.POSITIVE_INFINITY, "logits soft cap", softCap);
    }
  }

  /**
   * One block. With {@code parallel} the feed-forward reads the block's input, not the attention's
   * output (GPT-NeoX, use_parallel_residual):
   *
   * <pre>
   * h = x + m * postMixer(mixer(preMixer(x)))
   * y = h + m * postFeedForward(ff(preFeedForward(parallel ? x : h)))
   * </pre>
   *
   * @param preMixer norm before attention, {@link Norm#NONE} where the family has none (OLMo2)
   * @param postMixer norm of attention's output, {@link Norm#NONE} where there is none
   * @param residualScale m above (Granite: residual_multiplier)
   */
  public record Layer(
      Norm preMixer,
      Mixer mixer,
      Norm postMixer,
      Norm preFeedForward,
      FeedForward feedForward,
      Norm postFeedForward,
      boolean parallel,
      float residualScale) {
    public Layer {
      Check.finite("residual scale", residualScale);
    }

    /** Its mixer, for whoever knows attention only: where another kind will be refused. */
    public Mixer.Attention attention() {
      return switch (mixer) {
        case Mixer.Attention a -> a;
      };
    }
  }

  /** The attention of any layer, if the keys of all layers have one shape. */
  public Optional<Mixer.Attention> sameKeys() {
    Mixer.Attention first = layers.getFirst().attention();
    boolean alike =
        layers.stream()
            .map(Layer::attention)
            .allMatch(a -> a.kvHeads() == first.kvHeads() && a.headSize() == first.headSize());
    return alike ? Optional.of(first) : Optional.empty();
  }

  /** Layers whose caches hold the same number of past positions share page tables. */
  public int window(int layer) {
    return layers.get(layer).attention().window();
  }
}
