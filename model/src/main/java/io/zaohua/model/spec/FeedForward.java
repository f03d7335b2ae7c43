package io.zaohua.model.spec;

/** What transforms each position by itself. */
public sealed interface FeedForward {

  /**
   * {@code down(act(up x))}, or with a gate {@code down(act(gate x) * up x)}.
   *
   * @param hidden inner size
   * @param bias whether the projections have biases
   */
  record Dense(int hidden, Activation activation, boolean gated, boolean bias)
      implements FeedForward {
    public Dense {
      Check.that(hidden > 0, "feed-forward size", hidden);
    }
  }

  /**
   * Mixture of experts (Shazeer et al. 2017): each token goes to the {@code used} best of {@code
   * count} gated experts, weighted by the router's softmax over all experts.
   *
   * @param hidden inner size of one expert
   * @param normalize whether the chosen weights are divided by their sum (Mixtral: always)
   */
  record Experts(int count, int used, int hidden, Activation activation, boolean normalize)
      implements FeedForward {
    public Experts {
      Check.that(count > 0, "experts", count);
      Check.that(used > 0 && used <= count, "experts per token", used);
      Check.that(hidden > 0, "expert size", hidden);
    }
  }

  enum Activation {
    SILU,
    /** With erf. */
    GELU,
    /** The tanh approximation (gelu_new, gelu_pytorch_tanh). */
    GELU_TANH,
    RELU
  }
}
