package io.zaohua.model.convert;

import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import io.zaohua.model.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A family's table read backwards: which tensors a file needs, and of which parts. */
final class Plans {
  /** The type of a tensor: by its name, whether it is a vector, and what its parts have. */
  @FunctionalInterface
  interface Typing {
    TensorType of(String part, boolean vector, TensorType found);
  }

  private Plans() {}

  static List<TensorPlan> of(
      TransformerSpec spec, WeightTable table, Weights weights, Typing typing) {
    var pieces = new LinkedHashMap<String, List<TensorPlan.Piece>>();
    for (String part : Parts.of(spec).keySet()) {
      var view = table.find(part).orElseThrow();
      pieces
          .computeIfAbsent(view.tensor(), _ -> new ArrayList<>())
          .add(new TensorPlan.Piece(part, view));
    }
    return pieces.entrySet().stream().map(e -> plan(spec, e, weights, typing)).toList();
  }

  private static TensorPlan plan(
      TransformerSpec spec,
      Map.Entry<String, List<TensorPlan.Piece>> tensor,
      Weights weights,
      Typing typing) {
    var pieces = tensor.getValue();
    var first = pieces.getFirst();
    boolean vector = Parts.vector(first.part());
    var types = pieces.stream().map(p -> TensorPlan.typeOf(weights, p)).distinct().toList();
    var found = types.size() == 1 ? types.getFirst() : TensorType.F32;
    var type = typing.of(first.part(), vector, found);
    return new TensorPlan(
        new TensorInfo(tensor.getKey(), type, shape(spec, pieces, vector, weights)), pieces);
  }

  private static List<Long> shape(
      TransformerSpec spec, List<TensorPlan.Piece> pieces, boolean vector, Weights weights) {
    var first = pieces.getFirst();
    if (vector) {
      return List.of(pieces.stream().mapToLong(p -> weights.shape(p.part()).columns()).sum());
    }
    long columns = weights.shape(first.part()).columns();
    long rows = pieces.stream().mapToLong(p -> weights.shape(p.part()).rows()).sum();
    if (TensorPlan.transposed(first.view())) {
      return List.of(columns, rows);
    }
    var place = Parts.place(first.part());
    if (place.expert() >= 0
        && TensorPlan.shared(first.view())
        && spec.layers().get(place.layer()).feedForward() instanceof FeedForward.Experts experts) {
      return List.of((long) experts.count(), rows / experts.count(), columns);
    }
    return List.of(rows, columns);
  }
}
