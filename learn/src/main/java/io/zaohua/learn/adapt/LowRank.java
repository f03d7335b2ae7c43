package io.zaohua.learn.adapt;

import io.zaohua.tensor.Autocast;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A low-rank addition s B A to a matrix (LoRA, Hu et al. 2021), with a magnitude a row if it is
 * decomposed (DoRA, Liu et al. 2024).
 *
 * @param a [r, k]
 * @param b [n, r]
 * @param magnitude [n], or none
 * @param scale s: alpha / r, or alpha / sqrt(r) (rsLoRA, Kalajdzievski 2023)
 */
public record LowRank(Tensor a, Tensor b, Optional<Tensor> magnitude, double scale)
    implements Addition {

  @Override
  public Tensor apply(Tensor x, Tensor matrix, Optional<Tensor> bias) {
    Tensor rows = x.rank() == 2 ? x : x.reshape(-1, x.size(-1)); // [N, k]
    Tensor sum = Functional.linear(rows, matrix); // [N, n]
    Tensor up = b.dtype() == sum.dtype() ? b : b.to(sum.dtype()); // in BF16 nothing casts it here
    sum.inPlace().addmm(Functional.linear(rows, a), up.transpose(0, 1), scale);
    Tensor turned = magnitude.map(m -> sum.mul(m.div(norms(matrix)))).orElse(sum);
    Tensor shifted = bias.map(turned::add).orElse(turned);
    return x.rank() == 2 ? shifted : shifted.reshape(widened(x, matrix.size(0))); // [.., n]
  }

  /** The shape of x with another last axis. */
  private static long[] widened(Tensor x, long last) {
    long[] shape = x.shape().stream().mapToLong(Long::longValue).toArray();
    shape[shape.length - 1] = last;
    return shape;
  }

  @Override
  public Tensor merged(Tensor matrix) {
    Tensor sum = matrix.add(b.matmul(a).mul(scale));
    return magnitude.map(m -> sum.mul(m.div(norms(matrix)).unsqueeze(1))).orElse(sum);
  }

  /** Lengths of the adapted rows, [n]; as in the paper, no gradient goes through them. */
  private Tensor norms(Tensor matrix) {
    try (Autograd _ = Autograd.off();
        Autocast _ = Autocast.off()) {
      Tensor sum = matrix.add(b.matmul(a).mul(scale));
      return sum.mul(sum).sum(1, false).sqrt();
    }
  }

  @Override
  public Map<String, Tensor> tensors() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    all.put("lora_A.weight", a);
    all.put("lora_B.weight", b);
    magnitude.ifPresent(m -> all.put("lora_magnitude_vector", m));
    return all;
  }
}
