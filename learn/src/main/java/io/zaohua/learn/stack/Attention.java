package io.zaohua.learn.stack;

import io.zaohua.learn.Projection;
import io.zaohua.learn.Weights;
import io.zaohua.model.spec.Mixer;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Masks;
import io.zaohua.tensor.Tensor;
import java.util.Optional;

/** Multi-head attention with grouped keys and values, [B, T, width] to [B, T, width]. */
record Attention(
    Mixer.Attention spec,
    Projection q,
    Projection k,
    Projection v,
    Projection o,
    Normalization qNorm,
    Normalization kNorm) {

  static Attention of(Weights weights, String prefix, Mixer.Attention spec) {
    return new Attention(
        spec,
        weights.linear(prefix + "q", spec.qkvBias()),
        weights.linear(prefix + "k", spec.qkvBias()),
        weights.linear(prefix + "v", spec.qkvBias()),
        weights.linear(prefix + "o", spec.outBias()),
        Normalization.of(weights, prefix + "qNorm", spec.qkNorm()),
        Normalization.of(weights, prefix + "kNorm", spec.qkNorm()));
  }

  Tensor apply(Tensor x, Sight sight) {
    Tensor queries = heads(normed(qNorm, q.apply(x)), spec.heads(), qNorm);
    Tensor keys = heads(normed(kNorm, k.apply(x)), spec.kvHeads(), kNorm);
    Tensor values = split(v.apply(x), spec.kvHeads()).transpose(1, 2); // [B, G, T, D]
    if (spec.rope().dims() > 0) {
      Rotation rotation = sight.rotation(spec.rope());
      queries = rotation.apply(queries);
      keys = rotation.apply(keys);
    }
    Tensor mixed =
        spec.softCap() == 0
            ? fused(queries, keys, values, sight)
            : capped(queries, keys, values, sight); // [B, H, T, D]
    long width = (long) spec.heads() * spec.headSize();
    return o.apply(mixed.transpose(1, 2).reshape(x.size(0), x.size(1), width)); // [B, T, width]
  }

  /** The norm over the whole projection, [B, T, H D]. */
  private Tensor normed(Normalization norm, Tensor x) {
    return spec.qkNormSpan() == Mixer.NormSpan.PROJECTION ? norm.apply(x) : x;
  }

  /** [B, T, H D] to [B, H, T, D], with the norm over each head. */
  private Tensor heads(Tensor x, int heads, Normalization norm) {
    Tensor split = split(x, heads);
    return (spec.qkNormSpan() == Mixer.NormSpan.HEAD ? norm.apply(split) : split).transpose(1, 2);
  }

  private Tensor split(Tensor x, int heads) {
    return x.reshape(x.size(0), x.size(1), heads, spec.headSize()); // [B, T, H, D]
  }

  private Tensor fused(Tensor q, Tensor k, Tensor v, Sight sight) {
    if (sight.plainlyCausal(spec.window())) {
      return Functional.attention(q, k, v, spec.scale(), true);
    }
    Optional<Tensor> mask = sight.added(spec.window());
    return mask.map(seen -> Functional.attention(q, k, v, seen, spec.scale()))
        .orElseGet(() -> Functional.attention(q, k, v, spec.scale(), false));
  }

  /** With c tanh(s / c) on the scores (Gemma 2), which no fused kernel does. */
  private Tensor capped(Tensor q, Tensor k, Tensor v, Sight sight) {
    Tensor scores = q.matmul(repeat(k).transpose(2, 3)).mul(spec.scale()); // [B, H, T, T]
    Tensor limited = Functional.tanh(scores.div(spec.softCap())).mul(spec.softCap());
    Tensor seen =
        sight
            .mask(spec.window())
            .map(mask -> Masks.fill(limited, Masks.not(mask), Double.NEGATIVE_INFINITY))
            .orElse(limited);
    return Functional.softmax(seen, -1).matmul(repeat(v)); // [B, H, T, D]
  }

  /** [B, G, T, D] to [B, H, T, D]: each key or value head for all its query heads. */
  private Tensor repeat(Tensor x) {
    long times = spec.heads() / spec.kvHeads();
    return x.unsqueeze(2)
        .expand(x.size(0), x.size(1), times, x.size(2), x.size(3))
        .reshape(x.size(0), spec.heads(), x.size(2), x.size(3));
  }
}
