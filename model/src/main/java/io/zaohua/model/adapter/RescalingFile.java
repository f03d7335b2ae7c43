package io.zaohua.model.adapter;

import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.weights.WeightTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the factors of IA3 (peft/tuners/ia3). A tensor's shape says where they count: PEFT makes it
 * [1, k] for the {@code feedforward_modules}, whose input is scaled, and [n, 1] for all others,
 * whose output is, bias included.
 */
final class RescalingFile {
  private final AdapterFile file;
  private final float strength;

  /**
   * @param strength what counts of a factor's difference from 1
   */
  RescalingFile(AdapterFile file, float strength) {
    this.file = file;
    this.strength = strength;
  }

  /** The factors by canonical part, biases included. */
  Map<String, Addition> read(Checkpoint base, WeightTable names) {
    Map<String, Addition> additions = new LinkedHashMap<>();
    Map<String, Parts.Size> parts = Parts.of(base.spec());
    parts.forEach(
        (part, size) -> {
          Optional<Place> place =
              part.startsWith("layers.") ? names.find(part).flatMap(Place::of) : Optional.empty();
          Optional<TensorInfo> found =
              place.flatMap(p -> file.find(PeftConfig.PREFIX + p.module() + ".ia3_l"));
          if (found.isPresent()) {
            Rescaling rescaling = rescaling(found.get(), place.get(), size);
            additions.put(part, rescaling);
            String bias = part.substring(0, part.length() - "weight".length()) + "bias";
            if (!rescaling.input() && parts.containsKey(bias)) {
              additions.put(bias, ofBias(rescaling));
            }
          }
        });
    file.end();
    return additions;
  }

  private Rescaling rescaling(TensorInfo info, Place place, Parts.Size size) {
    int rows = Math.toIntExact(size.rows());
    int columns = Math.toIntExact(size.columns());
    if (info.shape().equals(List.of(1L, size.columns()))) {
      return new Rescaling(counted(file.floats(info)), true, columns);
    }
    if (info.shape().size() != 2 || info.columns() != 1) {
      throw file.other("its factors for %s do not fit", "其中 %s 的因子不匹配", place.tensor());
    }
    return new Rescaling(counted(file.rows(info, place, 1, rows)), false, columns);
  }

  /** A bias is one row, [1, n]: what scales the matrix's rows scales its columns. */
  private static Rescaling ofBias(Rescaling matrix) {
    return new Rescaling(matrix.factors(), true, matrix.factors().length);
  }

  private float[] counted(float[] factors) {
    if (strength != 1) {
      for (int i = 0; i < factors.length; i++) {
        factors[i] = 1 + strength * (factors[i] - 1);
      }
    }
    return factors;
  }
}
