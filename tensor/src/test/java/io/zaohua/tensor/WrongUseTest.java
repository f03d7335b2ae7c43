package io.zaohua.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is done wrongly, the JVM lives and one sentence tells. */
final class WrongUseTest {
  private static Tensor f(long... shape) {
    return Tensors.ones(DType.F32, shape);
  }

  private static Tensor i(long... values) {
    return Tensors.of(values, values.length);
  }

  private static Arguments wrong(String sentence, Runnable use) {
    return Arguments.of(sentence, use);
  }

  static Stream<Arguments> uses() {
    return Stream.of(
        wrong("shapes [2, 3] and [4] do not fit", () -> f(2, 3).add(f(4))),
        wrong("F32[2, 3] and F32[2, 3] do not fit", () -> f(2, 3).matmul(f(2, 3))),
        wrong("batch axes", () -> f(2, 2, 3).matmul(f(3, 3, 2))),
        wrong("must both have an axis", () -> f().matmul(f(1))),
        wrong("types F32 and F64 are mixed", () -> f(2, 2).matmul(Tensors.ones(DType.F64, 2, 2))),
        wrong("weight F32[3, 2] must be", () -> Functional.linear(f(2, 3), f(3, 2))),
        wrong("bias F32[2] must be [n]", () -> Functional.linear(f(2, 3), f(4, 3), f(2))),
        wrong("axis 2 is outside of F32[2, 3]", () -> f(2, 3).sum(2, false)),
        wrong("axis -3 is outside", () -> Functional.softmax(f(2, 3), -3)),
        wrong("does not have the elements", () -> f(2, 3).reshape(4, -1)),
        wrong("does not have the elements", () -> f(0, 3).reshape(0, -1)),
        wrong("size -2", () -> f(2, 3).reshape(-2, 3)),
        wrong("must name each axis", () -> f(2, 3).permute(0, 0)),
        wrong("lies outside of axis", () -> f(2, 3).slice(1, 1, 4)),
        wrong("do not add up", () -> f(2, 3).split(1, 1, 1)),
        wrong("negative size", () -> f(2, 3).split(1, -1, 4)),
        wrong("is not 1", () -> f(2, 3).squeeze(0)),
        wrong("does not widen", () -> f(2, 3).expand(2, 4)),
        wrong("indices must be I64", () -> Indexing.select(f(2, 3), 0, f(1))),
        wrong("select", () -> Indexing.select(f(2, 3), 0, i(2))),
        wrong("select", () -> Indexing.select(f(2, 3), 0, i(-1))),
        wrong("gather", () -> Indexing.gather(f(3), 0, i(3))),
        wrong("as many axes", () -> Indexing.gather(f(2, 3), 0, i(0))),
        wrong("scatter", () -> Indexing.scatter(f(3), 0, i(5), f(1))),
        wrong("must have one shape", () -> Indexing.scatter(f(3), 0, i(1), f(2))),
        wrong("the mask must be BOOL", () -> Masks.fill(f(3), f(3), 0)),
        wrong("topK: 4 along axis", () -> Indexing.topK(f(3), 4, 0)),
        wrong("embedding", () -> Functional.embedding(i(7), f(3, 2))),
        wrong("embedding", () -> Functional.embedding(i(-1), f(3, 2))),
        wrong("crossEntropy", () -> Functional.crossEntropy(f(2, 3), i(0, 3))),
        wrong("must be [n, v] and [n]", () -> Functional.crossEntropy(f(2, 3), i(0))),
        wrong(
            "must be [b, h, n, d]",
            () -> Functional.attention(f(1, 3, 2, 4), f(1, 2, 2, 4), f(1, 2, 2, 4), 1, true)),
        wrong(
            "does not widen",
            () -> Functional.attention(f(1, 1, 2, 4), f(1, 1, 2, 4), f(1, 1, 2, 4), f(3, 3), 1)),
        wrong("must be [.., d] and [d]", () -> Functional.rmsNorm(f(2, 3), f(2), 1e-5)),
        wrong("needs F64, F32, BF16 or F16", () -> Functional.silu(i(1))),
        wrong("needs F64, F32, BF16 or F16", () -> i(1).mean()),
        wrong("must have one element", () -> f(2).item()),
        wrong("must have one element", () -> f(2).requireGrad().backward()),
        wrong("does not depend on any tensor", () -> f().backward()),
        wrong("the gradient is F32[2]", () -> f(3).requireGrad().mul(2).backward(f(2))),
        wrong("requires a gradient; change it", () -> f(2).requireGrad().inPlace().zero()),
        wrong("does not widen", () -> f(2).inPlace().add(f(3), 1)),
        wrong("must be [n, m], [n, k]", () -> f(2, 3).inPlace().addmm(f(2, 4), f(3, 3), 1)),
        wrong("backward", WrongUseTest::twice),
        wrong("there must be at least one", () -> Tensors.cat(0, List.of())),
        wrong("must be equal but for axis", () -> Tensors.cat(0, List.of(f(2, 3), f(2, 2)))),
        wrong("needs 24 bytes, and there are 4", () -> Tensors.of(new float[1], 2, 3)),
        wrong("has a negative size", () -> Tensors.zeros(DType.F32, -1)),
        wrong(
            "larger than any memory",
            () -> Tensors.zeros(DType.F32, Long.MAX_VALUE, Long.MAX_VALUE)),
        wrong("Memory ran out", () -> Tensors.zeros(DType.F32, 1L << 50)),
        wrong("step", () -> Tensors.arange(0, 1, -1, DType.F32)),
        wrong("not available", () -> Tensors.zeros(DType.F32, new Device(Device.Kind.CUDA, 99), 1)),
        wrong("Device \"gpu\" is unknown", () -> Device.parse("gpu")),
        wrong("probability 2.0", () -> new Rng(0).bernoulli(2, f(1))),
        wrong("choose", () -> new Rng(0).choose(f(2).mul(-1), 1)));
  }

  private static void twice() {
    Tensor loss = f(2).requireGrad().pow(2).sum();
    loss.backward();
    loss.backward();
  }

  @ParameterizedTest
  @MethodSource("uses")
  void oneSentenceTells(String sentence, Runnable use) {
    try (Scope _ = Scope.open("test")) {
      assertThatThrownBy(use::run)
          .isInstanceOf(RuntimeException.class)
          .hasMessageContaining(sentence)
          .message()
          .doesNotContain("\n")
          .doesNotContain("Exception raised from");
    }
  }
}
