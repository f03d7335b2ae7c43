package io.zaohua.model.spec;

/** What mixes positions. Attention now; state-space and latent attention later. */
public sealed interface Mixer {

  /**
   * Multi-head attention with grouped keys and values.
   *
   * @param heads query heads
   * @param kvHeads key and value heads; divides {@code heads}
   * @param headSize elements per head
   * @param qkvBias whether the three projections have biases
   * @param outBias whether the output projection has one
   * @param qkNorm norm of queries and keys before the rotation
   * @param qkNormSpan whether that norm runs over each head or the whole projection
   * @param rope the rotation, {@link Rope#NONE} without one
   * @param window a token sees the last {@code window} positions, itself included; 0 means all
   * @param scale multiplies q.k
   * @param softCap c of {@code c tanh(s / c)} on the scores; 0 means none
   */
  record Attention(
      int heads,
      int kvHeads,
      int headSize,
      boolean qkvBias,
      boolean outBias,
      Norm qkNorm,
      NormSpan qkNormSpan,
      Rope rope,
      int window,
      float scale,
      float softCap)
      implements Mixer {
    public Attention {
      Check.that(heads > 0, "attention heads", heads);
      Check.that(kvHeads > 0 && heads % kvHeads == 0, "key-value heads", kvHeads);
      Check.that(headSize > 0 && headSize <= 1024, "head size", headSize);
      Check.that(window >= 0, "window", window);
      Check.finite("attention scale", scale);
      Check.that(softCap >= 0 && softCap < Float.POSITIVE_INFINITY, "attention soft cap", softCap);
      Check.that(rope.dims() <= headSize && rope.dims() % 2 == 0, "rotary dims", rope.dims());
    }
  }

  enum NormSpan {
    HEAD,
    PROJECTION
  }
}
