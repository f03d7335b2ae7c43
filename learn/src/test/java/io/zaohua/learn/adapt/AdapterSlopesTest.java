package io.zaohua.learn.adapt;

import io.zaohua.learn.Doubles;
import io.zaohua.learn.Front;
import io.zaohua.learn.InitialWeights;
import io.zaohua.learn.Slopes;
import io.zaohua.learn.TinyModel;
import io.zaohua.learn.Weights;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.adapter.PeftConfig;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Rng;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gradient of every tensor of every kind of adapter, through the stack under it. */
final class AdapterSlopesTest {
  private static final double RELATIVE = 1e-6; // all of it F64
  private static final TransformerSpec SPEC = TinyModel.dense();

  private final Rng rng = new Rng(8);

  private static Doubles base() {
    return Doubles.frozen(SPEC, new InitialWeights(SPEC, 5, 0.3));
  }

  private static DoubleSupplier step(Weights adapted) {
    Transformer model = Transformer.of(SPEC, adapted);
    return () -> {
      try (Scope _ = Scope.open("step")) {
        Tensor ids = Tensors.of(new long[] {1, 2, 3, 4, 5, 9, 8, 7, 6, 0}, 2, 5);
        Tensor logits = model.logits(ids).reshape(10, TinyModel.VOCABULARY);
        Tensor loss = Functional.crossEntropy(logits, Tensors.of(new long[10], 10));
        loss.backward();
        return loss.item();
      }
    };
  }

  /** One addition for each matrix of the layers. */
  private <A extends Addition> Map<String, A> additions(BiFunction<String, Parts.Size, A> of) {
    Map<String, A> all = new LinkedHashMap<>();
    Parts.of(SPEC)
        .forEach(
            (part, size) -> {
              if (Parts.place(part).layer() >= 0 && !Parts.vector(part)) {
                String matrix = part.substring(0, part.length() - ".weight".length());
                all.put(matrix, of.apply(part, size));
              }
            });
    return all;
  }

  private LowRank lowRank(Parts.Size size, Optional<Tensor> magnitude, boolean stabilized) {
    Tensor a = rng.normal(DType.F64, 2, size.columns()).requireGrad();
    Tensor b = rng.normal(DType.F64, size.rows(), 2).requireGrad();
    return new LowRank(a, b, magnitude, PeftConfig.scale(0.6, 2, stabilized));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void ofLowRankAdditions(boolean stabilized) {
    try (Scope _ = Scope.open("test")) {
      var adapted =
          new AdaptedWeights(
              base(), additions((_, size) -> lowRank(size, Optional.empty(), stabilized)));
      Slopes.check(adapted.tensors(), RELATIVE, step(adapted));
    }
  }

  /**
   * The gradient takes the rows' lengths to stand still (DoRA, eq. 11): where a matrix moves, the
   * magnitudes move with the lengths, so that their ratio does.
   */
  @Test
  void ofDecomposedAdditions() {
    try (Scope _ = Scope.open("test")) {
      Doubles base = base();
      Map<String, LowRank> additions =
          additions(
              (_, size) -> {
                Tensor magnitude = rng.uniform(DType.F64, size.rows()).requireGrad();
                return lowRank(size, Optional.of(magnitude), false);
              });
      var adapted = new AdaptedWeights(base, additions);
      DoubleSupplier step = step(adapted);
      Slopes.check(
          adapted.tensors(),
          RELATIVE,
          step,
          step,
          (name, move) -> {
            String matrix = name.substring(0, name.indexOf(".lora_"));
            LowRank addition = additions.get(matrix);
            Tensor whole = base.tensor(matrix + ".weight");
            Tensor before = lengths(addition, whole);
            move.run();
            if (!name.endsWith("magnitude_vector")) {
              Tensor ratio = lengths(addition, whole).div(before);
              addition.magnitude().orElseThrow().inPlace().mul(ratio);
            }
          });
    }
  }

  private static Tensor lengths(LowRank x, Tensor matrix) {
    Tensor sum = matrix.add(x.b().matmul(x.a()).mul(x.scale()));
    return sum.mul(sum).sum(1, false).sqrt();
  }

  @Test
  void ofFactors() {
    try (Scope _ = Scope.open("test")) {
      Map<String, Rescaling> additions =
          additions(
              (part, size) -> {
                boolean input = part.endsWith("down.weight");
                Tensor factors =
                    input
                        ? rng.uniform(DType.F64, 1, size.columns())
                        : rng.uniform(DType.F64, size.rows(), 1);
                return new Rescaling(factors.requireGrad(), input);
              });
      var adapted = new AdaptedWeights(base(), additions);
      Slopes.check(adapted.tensors(), RELATIVE, step(adapted));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void ofLearnedPositions(boolean prefix) {
    try (Scope _ = Scope.open("test")) {
      int heads = 1; // of keys, 4 wide
      long columns = prefix ? 2L * SPEC.layers().size() * heads * 4 : SPEC.width();
      Tensor table = rng.normal(DType.F64, 3, columns).requireGrad();
      var fronted =
          new FrontedWeights(base(), prefix ? new Front.Prefix(table) : new Front.Prompt(table));
      Slopes.check(fronted.tensors(), RELATIVE, step(fronted));
    }
  }
}
