package io.zaohua.learn.stack;

import io.zaohua.learn.Weights;
import io.zaohua.model.spec.Norm;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;

/** A norm over the last axis, or none at this place; [.., d] to [.., d]. */
sealed interface Normalization {
  Tensor apply(Tensor x);

  /** The norm {@code part}, whose weights are {@code part.weight} and {@code part.bias}. */
  static Normalization of(Weights weights, String part, Norm norm) {
    return switch (norm.kind()) {
      case NONE -> new Absent();
      case RMS -> new Rms(weights.tensor(part + ".weight"), norm.eps());
      case LAYER -> {
        Tensor weight = weights.tensor(part + ".weight");
        Tensor bias =
            norm.bias()
                ? weights.tensor(part + ".bias")
                : Tensors.zeros(weight.dtype(), weight.device(), weight.size(0));
        yield new Layer(weight, bias, norm.eps());
      }
    };
  }

  /** What a product in BF16 made is normed in the weights' type. */
  private static Tensor as(DType type, Tensor x) {
    return x.dtype() == type ? x : x.to(type);
  }

  /** Nothing is done. */
  record Absent() implements Normalization {
    @Override
    public Tensor apply(Tensor x) {
      return x;
    }
  }

  /** Root mean square (Zhang and Sennrich 2019). */
  record Rms(Tensor weight, float eps) implements Normalization {
    @Override
    public Tensor apply(Tensor x) {
      return Functional.rmsNorm(as(weight.dtype(), x), weight, eps);
    }
  }

  /** Mean and variance (Ba et al. 2016). */
  record Layer(Tensor weight, Tensor bias, float eps) implements Normalization {
    @Override
    public Tensor apply(Tensor x) {
      return Functional.layerNorm(as(weight.dtype(), x), weight, bias, eps);
    }
  }
}
