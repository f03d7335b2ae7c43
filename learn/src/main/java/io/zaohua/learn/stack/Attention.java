package io.zaohua.learn.stack;

import io.zaohua.learn.Projection;
import io.zaohua.learn.Weights;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Norm;
import io.zaohua.model.spec.Parts;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Masks;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.List;
import java.util.Optional;

/** Multi-head attention with grouped keys and values, [B, T, width] to [B, T, width]. */
record Attention(
    int layer,
    Mixer.Attention spec,
    Projection q,
    Projection k,
    Projection v,
    Projection o,
    Normalization qNorm,
    Normalization kNorm,
    Optional<Joined> joined) {

  /** Queries [B, H, T, D], keys and values [B, G, T, D], turned by their position. */
  private record Inputs(Tensor queries, Tensor keys, Tensor values) {}

  static Attention of(Weights weights, String prefix, Mixer.Attention spec) {
    Projection q = weights.linear(prefix + "q", spec.qkvBias());
    Projection k = weights.linear(prefix + "k", spec.qkvBias());
    Projection v = weights.linear(prefix + "v", spec.qkvBias());
    return new Attention(
        Parts.place(prefix + "q.weight").layer(),
        spec,
        q,
        k,
        v,
        weights.linear(prefix + "o", spec.outBias()),
        Normalization.of(weights, prefix + "qNorm", spec.qkNorm()),
        Normalization.of(weights, prefix + "kNorm", spec.qkNorm()),
        spec.qkNorm().kind() == Norm.Kind.NONE ? Joined.of(List.of(q, k, v)) : Optional.empty());
  }

  Tensor apply(Tensor x, Sight sight) {
    Inputs in = joined.map(j -> together(j.apply(x), sight)).orElseGet(() -> apart(x, sight));
    Tensor keys = after(sight, 0, in.keys()); // [B, G, S, D]
    Tensor values = after(sight, 1, in.values());
    Tensor allKeys = sight.recall().map(r -> r.keys(layer, keys)).orElse(keys);
    Tensor allValues = sight.recall().map(r -> r.values(layer, values)).orElse(values);
    Tensor mixed =
        spec.softCap() == 0
            ? fused(in.queries(), allKeys, allValues, sight)
            : capped(in.queries(), allKeys, allValues, sight); // [B, H, T, D]
    long width = (long) spec.heads() * spec.headSize();
    return o.apply(mixed.transpose(1, 2).reshape(x.size(0), x.size(1), width)); // [B, T, width]
  }

  private Inputs apart(Tensor x, Sight sight) {
    return new Inputs(
        turned(heads(normed(qNorm, q.apply(x)), spec.heads(), qNorm), sight),
        turned(heads(normed(kNorm, k.apply(x)), spec.kvHeads(), kNorm), sight),
        split(v.apply(x), spec.kvHeads()).transpose(1, 2));
  }

  /** From all three side by side, [B, T, (H + 2 G) D]: queries and keys turn in one go. */
  private Inputs together(Tensor all, Sight sight) {
    int heads = spec.heads();
    int groups = spec.kvHeads();
    Tensor each = split(all, heads + 2 * groups).transpose(1, 2); // [B, H + 2 G, T, D]
    List<Tensor> parts = each.split(1, heads + groups, groups);
    List<Tensor> turning = turned(parts.getFirst(), sight).split(1, heads, groups);
    return new Inputs(turning.getFirst(), turning.getLast(), parts.getLast());
  }

  private Tensor turned(Tensor x, Sight sight) {
    return spec.rope().dims() > 0 ? sight.rotation(spec.rope()).apply(x) : x;
  }

  /** Keys (0) or values (1) behind the learned ones. */
  private Tensor after(Sight sight, int which, Tensor x) {
    return sight
        .prefix()
        .map(p -> p.of(layer, which, spec.kvHeads(), spec.headSize()))
        .map(p -> p.expand(x.size(0), p.size(1), p.size(2), p.size(3)))
        .map(p -> Tensors.cat(2, List.of(p.to(x.dtype()), x)))
        .orElse(x);
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
    Tensor scores =
        q.matmul(repeat(k).transpose(2, 3)).to(q.dtype()).mul(spec.scale()); // [B, H, T, T]
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
