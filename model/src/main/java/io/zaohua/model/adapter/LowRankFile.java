package io.zaohua.model.adapter;

import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.weights.WeightTable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads low-rank additions, from PEFT's tensors (peft/tuners/lora) or llama.cpp's. */
final class LowRankFile {
  private final AdapterFile file;
  private final Format format;
  private final Scale scale;
  private final boolean decomposed;

  /** How a format names things. */
  enum Format {
    PEFT(PeftConfig.PREFIX, ".lora_A.weight", ".lora_B.weight"),
    /** By the base's tensor, not by its module (convert_lora_to_gguf.py). */
    GGUF("", ".lora_a", ".lora_b");

    private final String prefix;
    private final String down;
    private final String up;

    Format(String prefix, String down, String up) {
      this.prefix = prefix;
      this.down = down;
      this.up = up;
    }

    private String module(Place place) {
      return switch (this) {
        case PEFT -> place.module();
        case GGUF -> place.tensor();
      };
    }
  }

  /** The scale of a module's addition of some rank. */
  @FunctionalInterface
  interface Scale {
    double of(String module, int rank);
  }

  /**
   * @param decomposed whether there are magnitudes (DoRA)
   */
  LowRankFile(AdapterFile file, Format format, Scale scale, boolean decomposed) {
    this.file = file;
    this.format = format;
    this.scale = scale;
    this.decomposed = decomposed;
  }

  /** The additions by canonical part. */
  Map<String, Addition> read(Checkpoint base, WeightTable names) {
    Map<String, Addition> additions = new LinkedHashMap<>();
    Parts.of(base.spec())
        .forEach(
            (part, size) -> {
              if (part.startsWith("layers.")) {
                names
                    .find(part)
                    .flatMap(Place::of)
                    .flatMap(place -> addition(place, size))
                    .ifPresent(addition -> additions.put(part, addition));
              }
            });
    file.end();
    return additions;
  }

  private Optional<Addition> addition(Place place, Parts.Size size) {
    String module = format.module(place);
    String stem = format.prefix + module;
    Optional<TensorInfo> down = file.find(stem + format.down);
    Optional<TensorInfo> up = file.find(stem + format.up);
    if (down.isEmpty() || up.isEmpty()) {
      return Optional.empty();
    }
    TensorInfo a = down.get();
    TensorInfo b = up.get();
    Optional<TensorInfo> m =
        decomposed ? file.find(stem + ".lora_magnitude_vector") : Optional.empty();
    if (a.shape().size() != 2
        || b.shape().size() != 2
        || a.rows() != b.columns()
        || a.columns() != size.columns()
        || a.rows() < 1
        || decomposed && m.isEmpty()) {
      throw file.other("its tensors for %s do not fit", "其中 %s 的张量不匹配", place.tensor());
    }
    float[] first = file.floats(a);
    int rank = Math.toIntExact(a.rows());
    int rows = Math.toIntExact(size.rows());
    Optional<float[]> magnitude = m.map(info -> file.rows(info, place, 1, rows));
    float[] second = file.rows(b, place, rank, rows);
    return Optional.of(new LowRank(rank, first, second, magnitude, (float) scale.of(module, rank)));
  }
}
