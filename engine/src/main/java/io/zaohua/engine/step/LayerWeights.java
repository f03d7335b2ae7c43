package io.zaohua.engine.step;

import io.zaohua.engine.kernel.Matrix;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Norm;
import io.zaohua.model.spec.Part;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.Weights;
import java.util.function.Function;

/** The loaded weights of one block, ready for the executor. Absent vectors are empty. */
final class LayerWeights {
  private static final float[] NONE = {};

  final Gains preMixer;
  final Gains postMixer;
  final Gains preFeedForward;
  final Gains postFeedForward;
  final Gains qNorm;
  final Gains kNorm;
  final Matrix q;
  final Matrix k;
  final Matrix v;
  final Matrix o;
  final float[] qBias;
  final float[] kBias;
  final float[] vBias;
  final float[] oBias;
  final FeedForwardWeights feedForward;

  /** Weight and bias of a norm. */
  static final class Gains {
    final float[] weight;
    final float[] bias;

    Gains(float[] weight, float[] bias) {
      this.weight = weight;
      this.bias = bias;
    }
  }

  LayerWeights(
      TransformerSpec.Layer layer, int index, Weights weights, Function<String, Matrix> matrices) {
    Mixer.Attention a = layer.attention();
    preMixer = gains(layer.preMixer(), weights, Part.layer(index, "preMixer"));
    postMixer = gains(layer.postMixer(), weights, Part.layer(index, "postMixer"));
    preFeedForward = gains(layer.preFeedForward(), weights, Part.layer(index, "preFeedForward"));
    postFeedForward = gains(layer.postFeedForward(), weights, Part.layer(index, "postFeedForward"));
    qNorm = gains(a.qkNorm(), weights, Part.layer(index, "qNorm"));
    kNorm = gains(a.qkNorm(), weights, Part.layer(index, "kNorm"));
    q = matrices.apply(Part.layer(index, "q.weight"));
    k = matrices.apply(Part.layer(index, "k.weight"));
    v = matrices.apply(Part.layer(index, "v.weight"));
    o = matrices.apply(Part.layer(index, "o.weight"));
    qBias = vector(a.qkvBias(), weights, Part.layer(index, "q.bias"));
    kBias = vector(a.qkvBias(), weights, Part.layer(index, "k.bias"));
    vBias = vector(a.qkvBias(), weights, Part.layer(index, "v.bias"));
    oBias = vector(a.outBias(), weights, Part.layer(index, "o.bias"));
    feedForward =
        switch (layer.feedForward()) {
          case FeedForward.Dense d -> new DenseWeights(d, index, weights, matrices);
          case FeedForward.Experts e -> new ExpertWeights(e, index, weights, matrices);
        };
  }

  static Gains gains(Norm norm, Weights weights, String part) {
    return new Gains(
        vector(norm.present(), weights, part + ".weight"),
        vector(norm.present() && norm.bias(), weights, part + ".bias"));
  }

  private static float[] vector(boolean present, Weights weights, String part) {
    return present ? weights.floats(part) : NONE;
  }

  /** Weights of a feed-forward. */
  sealed interface FeedForwardWeights {}

  /** One dense feed-forward. */
  static final class DenseWeights implements FeedForwardWeights {
    final FeedForward.Dense spec;
    final Matrix gate;
    final Matrix up;
    final Matrix down;
    final float[] gateBias;
    final float[] upBias;
    final float[] downBias;

    DenseWeights(
        FeedForward.Dense spec, int index, Weights weights, Function<String, Matrix> matrices) {
      this.spec = spec;
      up = matrices.apply(Part.layer(index, "up.weight"));
      gate = spec.gated() ? matrices.apply(Part.layer(index, "gate.weight")) : up;
      down = matrices.apply(Part.layer(index, "down.weight"));
      gateBias = vector(spec.gated() && spec.bias(), weights, Part.layer(index, "gate.bias"));
      upBias = vector(spec.bias(), weights, Part.layer(index, "up.bias"));
      downBias = vector(spec.bias(), weights, Part.layer(index, "down.bias"));
    }
  }

  /** A router and its experts, which are packed when first chosen. */
  static final class ExpertWeights implements FeedForwardWeights {
    final FeedForward.Experts spec;
    final Matrix router;
    private final Matrix[][] experts;
    private final int index;
    private final Function<String, Matrix> matrices;

    ExpertWeights(
        FeedForward.Experts spec, int index, Weights weights, Function<String, Matrix> matrices) {
      this.spec = spec;
      this.index = index;
      this.matrices = matrices;
      router = matrices.apply(Part.layer(index, "router.weight"));
      experts = new Matrix[spec.count()][];
    }

    /** Gate, up and down of an expert. */
    Matrix[] expert(int e) {
      Matrix[] parts = experts[e];
      if (parts == null) {
        parts =
            new Matrix[] {
              matrices.apply(Part.expert(index, e, "gate.weight")),
              matrices.apply(Part.expert(index, e, "up.weight")),
              matrices.apply(Part.expert(index, e, "down.weight"))
            };
        experts[e] = parts;
      }
      return parts;
    }
  }
}
