package io.zaohua.learn.stack;

import io.zaohua.model.spec.Rope;
import io.zaohua.model.spec.RopeFrequencies;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.List;

/**
 * Turns pairs of elements by their position (RoFormer, eq. 34): element i with element i + half.
 *
 * @param cos [T, half]
 * @param sin [T, half]
 */
record Rotation(Tensor cos, Tensor sin) {

  /** Positions 0 to {@code length} - 1. */
  static Rotation of(Rope rope, int length) {
    float[] frequencies = RopeFrequencies.of(rope, RopeFrequencies.lengthClass(rope, length));
    float factor = RopeFrequencies.attentionFactor(rope.scaling());
    int half = frequencies.length;
    float[] cos = new float[length * half];
    float[] sin = new float[length * half];
    for (int p = 0; p < length; p++) {
      for (int i = 0; i < half; i++) {
        double angle = (float) p * frequencies[i];
        cos[p * half + i] = (float) Math.cos(angle) * factor;
        sin[p * half + i] = (float) Math.sin(angle) * factor;
      }
    }
    return new Rotation(Tensors.of(cos, length, half), Tensors.of(sin, length, half));
  }

  /** Without the first positions. */
  Rotation from(int first) {
    long length = cos.size(0);
    return first == 0
        ? this
        : new Rotation(cos.slice(0, first, length), sin.slice(0, first, length));
  }

  /** Queries or keys [B, H, T, D]; elements past 2 * half stay. */
  Tensor apply(Tensor x) {
    long half = cos.size(1);
    long rest = x.size(-1) - 2 * half;
    List<Tensor> parts = rest == 0 ? x.split(-1, half, half) : x.split(-1, half, half, rest);
    Tensor a = parts.get(0); // [B, H, T, half]
    Tensor b = parts.get(1); // [B, H, T, half]
    Tensor first = a.mul(cos);
    first.inPlace().addcmul(b, sin, -1);
    Tensor second = b.mul(cos);
    second.inPlace().addcmul(a, sin, 1);
    return rest == 0
        ? Tensors.cat(-1, List.of(first, second))
        : Tensors.cat(-1, List.of(first, second, parts.get(2).to(first.dtype()))); // [B, H, T, D]
  }
}
