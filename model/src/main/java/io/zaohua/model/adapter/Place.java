package io.zaohua.model.adapter;

import io.zaohua.model.weights.View;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/** The base's tensor in which a part stands, and where its rows do. */
record Place(String tensor, LongUnaryOperator row) {
  private static final String WEIGHT = ".weight";

  /** None for what is no module's weight as it is. */
  static Optional<Place> of(View view) {
    return switch (view) {
      case View.Stored(var tensor) ->
          tensor.endsWith(WEIGHT) ? Optional.of(new Place(tensor, r -> r)) : Optional.empty();
      case View.Rows(var of, var map) ->
          of(of).map(p -> new Place(p.tensor, r -> p.row.applyAsLong(map.source(r))));
      case View.Transposed(var of) -> of(of);
      case View.Plus _, View.Scaled _ -> Optional.empty();
    };
  }

  /** The module that holds the tensor. */
  String module() {
    return tensor.substring(0, tensor.length() - WEIGHT.length());
  }
}
