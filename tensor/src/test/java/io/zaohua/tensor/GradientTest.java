package io.zaohua.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every differentiable operation against central differences, in F64. */
final class GradientTest {
  private static final double STEP = 1e-6;

  /** An operation on tensors of the given shapes, with values from 0.2 to 1.2 in any order. */
  private record Operation(
      String name, Function<List<Tensor>, Tensor> function, List<long[]> shapes) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Operation op(
      String name, Function<List<Tensor>, Tensor> function, long[]... shapes) {
    return new Operation(name, function, List.of(shapes));
  }

  private static long[] shape(long... sizes) {
    return sizes;
  }

  static Stream<Operation> operations() {
    long[] m = shape(2, 3);
    return Stream.of(
        op("to", x -> x.get(0).to(DType.F64), m),
        op("contiguous", x -> x.get(0).transpose(0, 1).contiguous(), m),
        op("copy", x -> x.get(0).copy(), m),
        op("reshape", x -> x.get(0).reshape(3, -1), m),
        op("transpose", x -> x.get(0).transpose(0, 1), m),
        op("permute", x -> x.get(0).permute(2, 0, 1), shape(2, 3, 2)),
        op("slice", x -> x.get(0).slice(1, 1, 3), m),
        op("split", x -> x.get(0).split(1, 1, 2).get(1), m),
        op("unsqueeze", x -> x.get(0).unsqueeze(1), m),
        op("squeeze", x -> x.get(0).squeeze(1), shape(2, 1, 3)),
        op("expand", x -> x.get(0).expand(4, 2, 3), shape(1, 3)),
        op("add", x -> x.get(0).add(x.get(1)), m, shape(3)),
        op("add number", x -> x.get(0).add(2.5), m),
        op("sub", x -> x.get(0).sub(x.get(1)), m, shape(2, 1)),
        op("mul", x -> x.get(0).mul(x.get(1)), m, shape(3)),
        op("mul number", x -> x.get(0).mul(-1.5), m),
        op("div", x -> x.get(0).div(x.get(1)), m, shape(3)),
        op("div number", x -> x.get(0).div(0.7), m),
        op("matmul", x -> x.get(0).matmul(x.get(1)), shape(2, 2, 3), shape(3, 4)),
        op("matmul batched", x -> x.get(0).matmul(x.get(1)), shape(2, 2, 3), shape(2, 3, 2)),
        op(
            "addcmul in place",
            x -> x.get(0).mul(2).inPlace().addcmul(x.get(1), x.get(2), -1.5).target(),
            m,
            m,
            shape(3)),
        op(
            "addmm in place",
            x -> x.get(0).mul(2).inPlace().addmm(x.get(1), x.get(2), 0.5).target(),
            shape(2, 4),
            m,
            shape(3, 4)),
        op("neg", x -> x.get(0).neg(), m),
        op("abs", x -> x.get(0).add(-0.7).abs(), m),
        op("pow", x -> x.get(0).pow(2.5), m),
        op("sqrt", x -> x.get(0).sqrt(), m),
        op("rsqrt", x -> x.get(0).rsqrt(), m),
        op("exp", x -> x.get(0).exp(), m),
        op("expm1", x -> x.get(0).expm1(), m),
        op("log", x -> x.get(0).log(), m),
        op("sin", x -> x.get(0).sin(), m),
        op("cos", x -> x.get(0).cos(), m),
        op("clamp", x -> x.get(0).clamp(0.5, 0.9), m),
        op("maximum", x -> x.get(0).maximum(x.get(1)), m, m),
        op("sum", x -> x.get(0).sum(), m),
        op("sum axis", x -> x.get(0).sum(0, true), m),
        op("mean", x -> x.get(0).mean(), m),
        op("mean axis", x -> x.get(0).mean(1, false), m),
        op("amax", x -> x.get(0).amax(1, false), m),
        op("cumsum", x -> x.get(0).cumsum(1), m),
        op("select", x -> Indexing.select(x.get(0), 1, ids(3, 2, 0, 2)), m),
        op("gather", x -> Indexing.gather(x.get(0), 1, rows(2, 0, 1, 1)), m),
        op(
            "scatter",
            x -> Indexing.scatter(x.get(0), 1, rows(2, 0, 1, 2), x.get(1)),
            m,
            shape(2, 2)),
        op(
            "scatterAdd",
            x -> Indexing.scatterAdd(x.get(0), 1, rows(2, 2, 1, 2), x.get(1)),
            m,
            shape(2, 2)),
        op("fill", x -> Masks.fill(x.get(0), Masks.gt(x.get(0), 0.7), 0.1), m),
        op("where", x -> Masks.where(Masks.gt(x.get(0), 0.7), x.get(0), x.get(1)), m, shape(3)),
        op("tril", x -> Masks.tril(x.get(0), 0), shape(3, 3)),
        op("topK", x -> Indexing.topK(x.get(0), 2, 1).values(), m),
        op("cat", x -> Tensors.cat(1, x), m, shape(2, 2)),
        op("stack", x -> Tensors.stack(1, x), m, m),
        op("linear", x -> Functional.linear(x.get(0), x.get(1)), shape(2, 2, 3), shape(4, 3)),
        op(
            "linear bias",
            x -> Functional.linear(x.get(0), x.get(1), x.get(2)),
            m,
            shape(4, 3),
            shape(4)),
        op("embedding", x -> Functional.embedding(rows(2, 0, 2, 2), x.get(0)), shape(3, 2)),
        op("softmax", x -> Functional.softmax(x.get(0), -1), m),
        op("logSoftmax", x -> Functional.logSoftmax(x.get(0), 0), m),
        op("logSumExp", x -> Functional.logSumExp(x.get(0), 1), m),
        op("sigmoid", x -> Functional.sigmoid(x.get(0)), m),
        op("tanh", x -> Functional.tanh(x.get(0)), m),
        op("silu", x -> Functional.silu(x.get(0)), m),
        op("gelu", x -> Functional.gelu(x.get(0)), m),
        op("geluTanh", x -> Functional.geluTanh(x.get(0)), m),
        op("relu", x -> Functional.relu(x.get(0).add(-0.7)), m),
        op("logSigmoid", x -> Functional.logSigmoid(x.get(0)), m),
        op("rmsNorm", x -> Functional.rmsNorm(x.get(0), x.get(1), 1e-5), m, shape(3)),
        op(
            "layerNorm",
            x -> Functional.layerNorm(x.get(0), x.get(1), x.get(2), 1e-5),
            m,
            shape(3),
            shape(3)),
        op(
            "attention",
            x -> attend(x, true),
            shape(1, 2, 3, 2),
            shape(1, 2, 3, 2),
            shape(1, 2, 3, 2)),
        op(
            "attention grouped",
            x -> attend(x, false),
            shape(1, 4, 3, 2),
            shape(1, 2, 3, 2),
            shape(1, 2, 3, 2)),
        op(
            "attention masked",
            x -> Functional.attention(x.get(0), x.get(1), x.get(2), x.get(3), 0.5),
            shape(1, 2, 3, 2),
            shape(1, 2, 3, 2),
            shape(1, 2, 3, 2),
            shape(3, 3)),
        op("crossEntropy", x -> Functional.crossEntropy(x.get(0), ids(3, 2, -100, 0)), shape(3, 4)),
        op(
            "crossEntropy smooth",
            x ->
                Functional.crossEntropy(
                    x.get(0), ids(3, 2, -100, 0), Functional.Reduction.SUM, 0.1),
            shape(3, 4)),
        op(
            "crossEntropy rows",
            x -> Functional.crossEntropy(x.get(0), ids(3, 2, 1, 0), Functional.Reduction.NONE, 0),
            shape(3, 4)),
        op("dropout", x -> Functional.dropout(x.get(0), 0.5, new Rng(1)), m));
  }

  private static Tensor attend(List<Tensor> x, boolean causal) {
    return Functional.attention(x.get(0), x.get(1), x.get(2), 0.7, causal);
  }

  private static Tensor ids(int count, long... values) {
    return Tensors.of(values, count);
  }

  private static Tensor rows(long... values) {
    return Tensors.of(values, 2, 2);
  }

  @ParameterizedTest
  @MethodSource("operations")
  void theGradientEqualsTheSlope(Operation operation) {
    Random random = new Random(operation.name().hashCode());
    List<double[]> inputs = new ArrayList<>();
    for (long[] shape : operation.shapes()) {
      int count = (int) java.util.stream.LongStream.of(shape).reduce(1, (a, b) -> a * b);
      inputs.add(random.doubles(count, 0.2, 1.2).toArray());
    }
    List<double[]> gradients = gradients(operation, inputs);
    for (int i = 0; i < inputs.size(); i++) {
      for (int j = 0; j < inputs.get(i).length; j++) {
        double slope =
            (value(operation, inputs, i, j, STEP) - value(operation, inputs, i, j, -STEP))
                / (2 * STEP);
        assertThat(gradients.get(i)[j])
            .as("input %d, element %d", i, j)
            .isCloseTo(slope, within(1e-7 * Math.max(1, Math.abs(slope)) + 1e-8));
      }
    }
  }

  private static List<double[]> gradients(Operation operation, List<double[]> inputs) {
    try (Scope _ = Scope.open("gradients")) {
      List<Tensor> leaves = new ArrayList<>();
      for (int i = 0; i < inputs.size(); i++) {
        leaves.add(Tensors.of(inputs.get(i), operation.shapes().get(i)).requireGrad());
      }
      weighted(operation.function().apply(leaves)).backward();
      return leaves.stream().map(leaf -> leaf.grad().orElseThrow().toDoubles()).toList();
    }
  }

  private static double value(
      Operation operation, List<double[]> inputs, int input, int element, double change) {
    try (Scope _ = Scope.open("value");
        Autograd _ = Autograd.off()) {
      List<Tensor> tensors = new ArrayList<>();
      for (int i = 0; i < inputs.size(); i++) {
        double[] values = inputs.get(i).clone();
        values[element % values.length] += i == input ? change : 0;
        tensors.add(Tensors.of(values, operation.shapes().get(i)));
      }
      return weighted(operation.function().apply(tensors)).item();
    }
  }

  /** A scalar that weighs every element differently, so that no two can be mistaken. */
  private static Tensor weighted(Tensor result) {
    double[] weights = new Random(42).doubles(result.count(), -1, 1).toArray();
    return result.mul(Tensors.of(weights, result.sizes())).sum();
  }
}
