package io.zaohua.learn.stack;

import io.zaohua.learn.Weights;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.tensor.Tensor;

/** One layer of the stack, as {@link TransformerSpec.Layer} says; [B, T, width] to the same. */
record Block(
    Normalization preMixer,
    Attention mixer,
    Normalization postMixer,
    Normalization preFeedForward,
    Transformation feedForward,
    Normalization postFeedForward,
    boolean parallel,
    float residualScale) {

  static Block of(Weights weights, String prefix, TransformerSpec.Layer layer) {
    Attention attention =
        switch (layer.mixer()) {
          case Mixer.Attention a -> Attention.of(weights, prefix, a);
        };
    return new Block(
        Normalization.of(weights, prefix + "preMixer", layer.preMixer()),
        attention,
        Normalization.of(weights, prefix + "postMixer", layer.postMixer()),
        Normalization.of(weights, prefix + "preFeedForward", layer.preFeedForward()),
        Transformation.of(weights, prefix, layer.feedForward()),
        Normalization.of(weights, prefix + "postFeedForward", layer.postFeedForward()),
        layer.parallel(),
        layer.residualScale());
  }

  Tensor apply(Tensor x, Sight sight) {
    Tensor h = x.add(scaled(postMixer.apply(mixer.apply(preMixer.apply(x), sight))));
    Tensor normed = preFeedForward.apply(parallel ? x : h);
    return h.add(scaled(postFeedForward.apply(feedForward.apply(normed, sight))));
  }

  private Tensor scaled(Tensor branch) {
    return residualScale == 1 ? branch : branch.mul(residualScale);
  }
}
