package io.zaohua.model.weights;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A family's name table for one checkpoint format: canonical part to view. Loading and export read
 * the same table in two directions.
 *
 * @param views by canonical name, see {@link io.zaohua.model.spec.Part}
 */
public record WeightTable(Map<String, View> views) {
  public WeightTable {
    views = new TreeMap<>(views);
  }

  public Optional<View> find(String part) {
    return Optional.ofNullable(views.get(part));
  }
}
