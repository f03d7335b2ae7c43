package io.zaohua.learn.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.learn.TinyModel;
import io.zaohua.learn.Weights;
import io.zaohua.learn.stack.Pass;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.spec.Parts;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Rng;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class QuantizedWeightsTest {
  /** Weights drawn by their name. */
  private record Drawn(Map<String, Parts.Size> parts) implements io.zaohua.model.weights.Weights {
    @Override
    public boolean has(String part) {
      return parts.containsKey(part);
    }

    @Override
    public Shape shape(String part) {
      var size = parts.get(part);
      return new Shape(TensorType.F32, size.rows(), size.columns());
    }

    @Override
    public void readRows(String part, long from, int count, MemorySegment target) {
      float[] all = floats(part);
      int columns = (int) shape(part).columns();
      MemorySegment.copy(
          all, (int) from * columns, target, ValueLayout.JAVA_FLOAT, 0, count * columns);
    }

    @Override
    public float[] floats(String part) {
      var size = parts.get(part);
      Random random = new Random(part.hashCode());
      float[] values = new float[(int) (size.rows() * size.columns())];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian() * 0.3f;
      }
      return values;
    }
  }

  @Test
  void theAdaptersGradientIsThatOnTheWholeMatrices() {
    var drawn = new Drawn(Parts.of(TinyModel.dense()));
    try (Scope _ = Scope.open("test")) {
      var quantized = new QuantizedWeights(drawn);
      Map<String, Tensor> whole = new LinkedHashMap<>();
      for (String part : drawn.parts().keySet()) {
        whole.put(part, quantized.tensor(part));
      }
      List<float[]> expected = gradients(whole::get, false);
      List<float[]> made = gradients(quantized, true);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(made.get(i)).containsExactly(expected.get(i), offset(1e-7f));
      }
      assertThat(quantized.bytes()).isPositive();
    }
  }

  @Test
  void noWholeMatrixIsKept() {
    try (Scope _ = Scope.open("test")) {
      var quantized = new QuantizedWeights(new Drawn(Parts.of(TinyModel.dense())));
      Transformer model = Transformer.of(TinyModel.dense(), quantized);
      long before = Scope.liveTensors();
      try (Scope pass = Scope.open("pass")) {
        assertThat(model.hidden(ids()).size(0)).isOne();
        assertThat(pass.size()).isPositive();
      }
      assertThat(Scope.liveTensors()).isEqualTo(before);
    }
  }

  private static Tensor ids() {
    return Tensors.of(new long[] {1, 2, 3, 4, 5}, 1, 5);
  }

  private static List<float[]> gradients(Weights base, boolean again) {
    Rng rng = new Rng(8);
    Map<String, LowRank> additions = new LinkedHashMap<>();
    Parts.of(TinyModel.dense())
        .forEach(
            (part, size) -> {
              if (Parts.place(part).layer() >= 0 && !Parts.vector(part)) {
                Tensor a = rng.normal(DType.F32, 2, size.columns()).requireGrad();
                Tensor b = rng.normal(DType.F32, size.rows(), 2).requireGrad();
                additions.put(
                    part.substring(0, part.length() - ".weight".length()),
                    new LowRank(a, b, Optional.empty(), 0.5));
              }
            });
    var adapted = new AdaptedWeights(base, additions);
    Transformer model = Transformer.of(TinyModel.dense(), adapted);
    if (again) {
      model.recompute();
    }
    Pass pass = model.pass(ids(), Optional.empty(), Optional.empty());
    pass.backward(pass.hidden(), pass.hidden().detach(), 1);
    List<float[]> all = new ArrayList<>();
    adapted.tensors().values().forEach(t -> all.add(t.grad().orElseThrow().toFloats()));
    return all;
  }
}
