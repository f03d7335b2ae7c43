package io.zaohua.learn.adapt;

import io.zaohua.learn.LoadedWeights;
import io.zaohua.learn.Projection;
import io.zaohua.learn.Weights;
import io.zaohua.model.spec.Parts;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Frozen weights of a checkpoint whose layers' matrices are kept in 4 bits and made whole each time
 * they are used. Embeddings, norms and the head stay F32.
 */
public final class QuantizedWeights implements Weights {
  private final io.zaohua.model.weights.Weights source;
  private final LoadedWeights others;
  private final Scope home;
  private final Map<String, NormalFloat> matrices = new LinkedHashMap<>();

  /** They belong to the scope that is open now. */
  public QuantizedWeights(io.zaohua.model.weights.Weights source) {
    this.source = source;
    this.others = new LoadedWeights(source, false);
    this.home = Scope.current();
  }

  /** A part; a quantised one is made whole in the scope that is open. */
  @Override
  public Tensor tensor(String part) {
    return quantized(part) ? matrix(part).dequantized() : others.tensor(part);
  }

  @Override
  public Projection linear(String part, boolean bias) {
    String name = part + ".weight";
    if (!quantized(name)) {
      return others.linear(part, bias);
    }
    NormalFloat matrix = matrix(name);
    Optional<Tensor> added = bias ? Optional.of(others.tensor(part + ".bias")) : Optional.empty();
    return x -> {
      try (Scope scope = Scope.open("4-bit matrix")) {
        Tensor whole = matrix.dequantized();
        return scope.keep(
            added
                .map(b -> Functional.linear(x, whole, b))
                .orElseGet(() -> Functional.linear(x, whole)));
      }
    };
  }

  private static boolean quantized(String part) {
    return Parts.place(part).layer() >= 0 && !Parts.vector(part) && !part.endsWith("router.weight");
  }

  private NormalFloat matrix(String part) {
    return matrices.computeIfAbsent(part, this::read);
  }

  private NormalFloat read(String part) {
    var shape = source.shape(part);
    return NormalFloat.of(source.floats(part), shape.rows(), shape.columns()).in(home);
  }

  /** Bytes of the quantised matrices. */
  public long bytes() {
    return matrices.values().stream().mapToLong(NormalFloat::bytes).sum();
  }
}
