package io.zaohua.tensor;

import java.util.Optional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The functions that layers are made of. Differentiable, all of them. */
public final class Functional {
  /** Targets with this value do not count in {@link #crossEntropy}. */
  public static final long IGNORED = -100;

  /** What becomes of the losses of single rows. */
  public enum Reduction {
    NONE(0),
    MEAN(1),
    SUM(2);

    private final int code; // ATen/core/Reduction.h

    Reduction(int code) {
      this.code = code;
    }
  }

  private Functional() {}

  /** x [.., k] times the transpose of weight [n, k]: [.., n]. */
  public static Tensor linear(Tensor x, Tensor weight) {
    checkLinear(x, weight);
    return Torch.call("linear", () -> torch.linear(x.raw(), weight.raw()), x, weight);
  }

  /** As {@link #linear(Tensor, Tensor)}, plus bias [n]. */
  public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    checkLinear(x, weight);
    Check.multiplied("linear", weight, bias);
    Check.that(
        bias.rank() == 1 && bias.size(0) == weight.size(0),
        "linear: bias %s must be [n] for weight %s, [n, k].",
        bias,
        weight);
    return Torch.call(
        "linear", () -> torch.linear(x.raw(), weight.raw(), bias.raw()), x, weight, bias);
  }

  private static void checkLinear(Tensor x, Tensor weight) {
    Check.that(
        weight.rank() == 2 && x.rank() > 0 && x.size(-1) == weight.size(1),
        "linear: %s and weight %s must be [.., k] and [n, k].",
        x,
        weight);
    Check.multiplied("linear", x, weight);
  }

  /** Rows of table [n, d] at ids [..], I64 in 0..n-1: [.., d]. */
  public static Tensor embedding(Tensor ids, Tensor table) {
    Check.indices("embedding", ids);
    Check.that(table.rank() == 2, "embedding: table %s must be [n, d].", table);
    return Torch.call("embedding", () -> torch.embedding(table.raw(), ids.raw()), ids, table);
  }

  /** exp(x) / sum(exp(x)) along an axis; same shape. */
  public static Tensor softmax(Tensor x, int axis) {
    Check.floats("softmax", x);
    int a = Check.axis("softmax", axis, x);
    return Torch.call("softmax", () -> torch.softmax(x.raw(), a), x);
  }

  /** log(softmax(x)) along an axis; same shape. */
  public static Tensor logSoftmax(Tensor x, int axis) {
    Check.floats("logSoftmax", x);
    int a = Check.axis("logSoftmax", axis, x);
    return Torch.call("logSoftmax", () -> torch.log_softmax(x.raw(), a), x);
  }

  /** log(sum(exp(x))) along an axis, without overflow: [.., n, ..] to [.., ..]. */
  public static Tensor logSumExp(Tensor x, int axis) {
    Check.floats("logSumExp", x);
    int a = Check.axis("logSumExp", axis, x);
    return Torch.call("logSumExp", () -> torch.logsumexp(x.raw(), a), x);
  }

  /** 1 / (1 + exp(-x)); same shape. */
  public static Tensor sigmoid(Tensor x) {
    Check.floats("sigmoid", x);
    return Torch.call("sigmoid", () -> torch.sigmoid(x.raw()), x);
  }

  /** Hyperbolic tangent; same shape. */
  public static Tensor tanh(Tensor x) {
    Check.floats("tanh", x);
    return Torch.call("tanh", () -> torch.tanh(x.raw()), x);
  }

  /** x * sigmoid(x); same shape. */
  public static Tensor silu(Tensor x) {
    Check.floats("silu", x);
    return Torch.call("silu", () -> torch.silu(x.raw()), x);
  }

  /** x * P(N(0, 1) below x), by the error function; same shape. */
  public static Tensor gelu(Tensor x) {
    Check.floats("gelu", x);
    return Torch.call("gelu", () -> torch.gelu(x.raw(), "none"), x);
  }

  /** GELU's approximation 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))); same shape. */
  public static Tensor geluTanh(Tensor x) {
    Check.floats("geluTanh", x);
    return Torch.call("geluTanh", () -> torch.gelu(x.raw(), "tanh"), x);
  }

  /** max(x, 0); same shape. */
  public static Tensor relu(Tensor x) {
    return Torch.call("relu", () -> torch.relu(x.raw()), x);
  }

  /** log(sigmoid(x)), without overflow; same shape. */
  public static Tensor logSigmoid(Tensor x) {
    Check.floats("logSigmoid", x);
    return Torch.call("logSigmoid", () -> torch.log_sigmoid(x.raw()), x);
  }

  /** x [.., d] / sqrt(mean(x^2) + eps) * weight [d]; arXiv 1910.07467. */
  public static Tensor rmsNorm(Tensor x, Tensor weight, double eps) {
    long width = checkNorm("rmsNorm", x, weight);
    try (TensorOptional scale = new TensorOptional(weight.raw());
        DoubleOptional floor = new DoubleOptional(eps)) {
      return Torch.call(
          "rmsNorm", () -> torch.rms_norm(x.raw(), new long[] {width}, scale, floor), x, weight);
    }
  }

  /** (x - mean) / sqrt(variance + eps) * weight [d] + bias [d] over x [.., d]; arXiv 1607.06450. */
  public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
    long width = checkNorm("layerNorm", x, weight);
    checkNorm("layerNorm", x, bias);
    try (TensorOptional scale = new TensorOptional(weight.raw());
        TensorOptional shift = new TensorOptional(bias.raw())) {
      return Torch.call(
          "layerNorm",
          () -> torch.layer_norm(x.raw(), new long[] {width}, scale, shift, eps, false),
          x,
          weight,
          bias);
    }
  }

  private static long checkNorm(String operation, Tensor x, Tensor weight) {
    Check.floats(operation, x);
    weight.checkUsable(operation);
    Check.that(
        weight.rank() == 1 && x.rank() > 0 && x.size(-1) == weight.size(0),
        "%s: %s and weight %s must be [.., d] and [d].",
        operation,
        x,
        weight);
    Check.sameType(operation, x, weight);
    return weight.size(0);
  }

  /**
   * softmax(q k^T scale) v, causal if asked: q [b, h, n, d], k [b, g, m, d], v [b, g, m, e] to [b,
   * h, n, e]; h is a multiple of g, and query head i reads key head i / (h / g).
   */
  public static Tensor attention(Tensor q, Tensor k, Tensor v, double scale, boolean causal) {
    return attention(q, k, v, Optional.empty(), scale, causal);
  }

  /** As above with a mask that widens to [b, h, n, m]: BOOL, true where seen, or added numbers. */
  public static Tensor attention(Tensor q, Tensor k, Tensor v, Tensor mask, double scale) {
    return attention(q, k, v, Optional.of(mask), scale, false);
  }

  private static Tensor attention(
      Tensor q, Tensor k, Tensor v, Optional<Tensor> mask, double scale, boolean causal) {
    Check.floats("attention", q);
    Check.multiplied("attention", q, k);
    Check.multiplied("attention", q, v);
    boolean shapes =
        q.rank() == 4
            && k.rank() == 4
            && v.rank() == 4
            && q.size(0) == k.size(0)
            && k.size(0) == v.size(0)
            && k.size(1) == v.size(1)
            && k.size(1) > 0
            && q.size(1) % k.size(1) == 0
            && k.size(2) == v.size(2)
            && q.size(3) == k.size(3);
    Check.that(
        shapes,
        "attention: %s, %s, %s must be [b, h, n, d], [b, g, m, d], [b, g, m, e], h a multiple of g.",
        q,
        k,
        v);
    mask.ifPresent(m -> checkMask(q, k, m));
    boolean grouped = q.size(1) != k.size(1);
    Tensor[] operands =
        mask.map(m -> new Tensor[] {q, k, v, m}).orElseGet(() -> new Tensor[] {q, k, v});
    for (Tensor operand : operands) {
      operand.checkUsable("attention");
    }
    try (TensorOptional seen =
            mask.map(m -> new TensorOptional(m.raw())).orElseGet(TensorOptional::new);
        DoubleOptional factor = new DoubleOptional(scale)) {
      return Torch.call(
          "attention",
          () ->
              torch.scaled_dot_product_attention(
                  q.raw(), k.raw(), v.raw(), seen, 0.0, causal, factor, grouped),
          operands);
    }
  }

  private static void checkMask(Tensor q, Tensor k, Tensor mask) {
    Check.that(
        mask.dtype() == DType.BOOL
            || mask.dtype() == q.dtype()
            || (Autocast.isOn() && mask.dtype().isFloat()),
        "attention: the mask must be BOOL or %s, and is %s.",
        q.dtype(),
        mask);
    Check.widens("attention", mask, new long[] {q.size(0), q.size(1), q.size(2), k.size(2)});
  }

  /** Mean of -log softmax(logits)[target] over logits [n, v] and targets I64 [n] not ignored. */
  public static Tensor crossEntropy(Tensor logits, Tensor targets) {
    return crossEntropy(logits, targets, Reduction.MEAN, 0);
  }

  /**
   * As above, [n] without reduction, else []; smoothing gives that share of each target evenly to
   * all v classes.
   */
  public static Tensor crossEntropy(
      Tensor logits, Tensor targets, Reduction reduction, double smoothing) {
    Check.floats("crossEntropy", logits);
    Check.indices("crossEntropy", targets);
    Check.that(
        logits.rank() == 2 && targets.rank() == 1 && logits.size(0) == targets.size(0),
        "crossEntropy: logits %s and targets %s must be [n, v] and [n].",
        logits,
        targets);
    Check.that(
        smoothing >= 0 && smoothing <= 1,
        "crossEntropy: smoothing %s must be from 0 to 1.",
        smoothing);
    return Torch.call(
        "crossEntropy",
        () ->
            torch.cross_entropy_loss(
                logits.raw(), targets.raw(), Nothing.TENSOR, reduction.code, IGNORED, smoothing),
        logits,
        targets);
  }

  /** Each element zero with the probability, else divided by 1 - probability, as PyTorch draws. */
  public static Tensor dropout(Tensor x, double probability, Rng rng) {
    Check.floats("dropout", x);
    Check.that(
        probability >= 0 && probability < 1,
        "dropout: probability %s must be from 0 to below 1.",
        probability);
    if (probability == 0) {
      return x;
    }
    return x.mul(rng.bernoulli(1 - probability, x).div(1 - probability));
  }
}
