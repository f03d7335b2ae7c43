package io.zaohua.model.adapter;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.file.FileBytes;
import io.zaohua.model.file.TensorFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.gguf.GgufFile;
import io.zaohua.model.quant.Dequantizer;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.weights.View;
import io.zaohua.model.weights.WeightTable;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;

/**
 * An adapter as it was read for one base: additions by canonical part. PEFT's folder
 * (adapter_config.json, adapter_model.safetensors; peft/tuners/lora) or llama.cpp's GGUF file
 * (general.type "adapter"; convert_lora_to_gguf.py).
 */
public record Adapter(Map<String, LowRank> additions) {
  /** What one Java array holds. */
  private static final int LARGEST = Integer.MAX_VALUE - 16;

  public Adapter {
    additions = Map.copyOf(additions);
  }

  /** How a format names things. */
  private record Format(String prefix, String down, String up, boolean named) {
    static final Format PEFT =
        new Format(PeftConfig.PREFIX, ".lora_A.weight", ".lora_B.weight", false);
    static final Format GGUF = new Format("", ".lora_a", ".lora_b", true);

    /** The common beginning of an addition's tensors, from the base's tensor. */
    String stem(String tensor) {
      return prefix + (named ? tensor : tensor.substring(0, tensor.length() - ".weight".length()));
    }
  }

  /** The scale of a module's addition of some rank. */
  @FunctionalInterface
  private interface Scale {
    double of(String module, int rank);
  }

  /** The base's tensor in which a part stands, and where its rows do. */
  private record Place(String tensor, LongUnaryOperator row) {
    static Optional<Place> of(View view) {
      return switch (view) {
        case View.Stored(var tensor) ->
            tensor.endsWith(".weight") ? Optional.of(new Place(tensor, r -> r)) : Optional.empty();
        case View.Rows(var of, var map) ->
            of(of).map(p -> new Place(p.tensor, r -> p.row.applyAsLong(map.source(r))));
        case View.Transposed(var of) -> of(of);
        case View.Plus _, View.Scaled _ -> Optional.empty();
      };
    }
  }

  /**
   * Reads an adapter.
   *
   * @param path PEFT's folder or a .gguf file
   * @param strength multiplies the adapter's own scale
   * @throws UserError if it is damaged, of another kind, or made for another base
   */
  public static Adapter read(Path path, float strength, Checkpoint base) {
    if (!Float.isFinite(strength)) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("An adapter's scale is a number, not %s.", "适配器的比例应为数,而不是 %s。", strength),
          Message.of("Give for example 1 or 0.5.", "例如 1 或 0.5。"));
    }
    return Files.isDirectory(path) ? peft(path, strength, base) : gguf(path, strength, base);
  }

  private static Adapter peft(Path folder, float strength, Checkpoint base) {
    PeftConfig config = PeftConfig.read(folder);
    Scale scale = (module, rank) -> strength * config.scale(module, rank);
    WeightTable names = base.family().safetensors(base.spec(), _ -> false);
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(PeftConfig.WEIGHTS))) {
      return read(folder, file, Format.PEFT, names, base, scale, config.decomposed());
    }
  }

  private static Adapter gguf(Path path, float strength, Checkpoint base) {
    try (GgufFile file = GgufFile.open(path)) {
      String kind =
          file.metadata().string("general.type").orElse("model")
              + file.metadata().string("adapter.type").map(" "::concat).orElse("");
      if (!kind.equals("adapter lora")) {
        throw PeftConfig.kind(path, kind);
      }
      String architecture = file.metadata().string("general.architecture").orElse("unknown");
      if (!architecture.equals(base.family().architecture())) {
        throw other(path, "it is for %s", "它用于 %s", architecture);
      }
      double alpha = file.metadata().number("adapter.lora.alpha").orElse(0.0);
      WeightTable names = base.family().gguf(base.spec(), _ -> false);
      Scale scale = (_, rank) -> alpha == 0 ? strength : strength * alpha / rank;
      return read(path, file, Format.GGUF, names, base, scale, false);
    }
  }

  private static Adapter read(
      Path path,
      TensorFile file,
      Format format,
      WeightTable names,
      Checkpoint base,
      Scale scale,
      boolean decomposed) {
    Map<String, LowRank> additions = new LinkedHashMap<>();
    var used = new TreeSet<String>();
    Map<String, Long> reached = new HashMap<>();
    for (var entry : Parts.of(base.spec()).entrySet()) {
      Optional<Place> place = names.find(entry.getKey()).flatMap(Place::of);
      if (place.isEmpty() || !entry.getKey().startsWith("layers.")) {
        continue;
      }
      String stem = format.stem(place.get().tensor());
      Optional<TensorInfo> a = file.find(stem + format.down());
      Optional<TensorInfo> b = file.find(stem + format.up());
      if (a.isEmpty() || b.isEmpty()) {
        continue;
      }
      used.add(a.get().name());
      used.add(b.get().name());
      Optional<TensorInfo> m = Optional.empty();
      if (decomposed) {
        m = file.find(stem + ".lora_magnitude_vector");
        m.ifPresent(info -> used.add(info.name()));
      }
      if (a.get().shape().size() != 2
          || b.get().shape().size() != 2
          || a.get().rows() != b.get().columns()
          || a.get().columns() != entry.getValue().columns()
          || a.get().rows() < 1
          || a.get().elements() > LARGEST
          || b.get().elements() > LARGEST
          || decomposed && m.isEmpty()) {
        throw other(path, "its tensors for %s do not fit", "其中 %s 的张量不匹配", place.get().tensor());
      }
      int rank = Math.toIntExact(a.get().rows());
      double s = scale.of(stem.substring(format.prefix().length()), rank);
      int rows = Math.toIntExact(entry.getValue().rows());
      Optional<float[]> magnitude =
          m.map(info -> picked(path, file, info, 1, rows, place.get().row()));
      float[] up = picked(path, file, b.get(), rank, rows, place.get().row());
      for (int row = 0; row < rows; row++) {
        reached.merge(b.get().name(), place.get().row().applyAsLong(row) + 1, Math::max);
      }
      additions.put(
          entry.getKey(), new LowRank(rank, floats(file, a.get()), up, magnitude, (float) s));
    }
    var unknown = file.tensors().stream().filter(t -> !used.contains(t.name())).findFirst();
    if (unknown.isPresent()) {
      throw other(
          path,
          "it has %s, which adapts no matrix of the layers",
          "其中的 %s 不对应各层的任何矩阵",
          FileBytes.shown(unknown.get().name()));
    }
    if (additions.isEmpty()) {
      throw other(path, "it holds no tensors", "其中没有张量");
    }
    reached.forEach(
        (tensor, rows) -> {
          if (file.find(tensor).orElseThrow().rows() != rows) {
            throw other(path, "%s has too many rows", "%s 的行数过多", tensor);
          }
        });
    return new Adapter(additions);
  }

  /** The part's rows of a tensor [.., width], in the part's order. */
  private static float[] picked(
      Path path, TensorFile file, TensorInfo info, int width, int rows, LongUnaryOperator row) {
    if ((long) rows * width > info.elements()) {
      throw other(path, "%s has too few rows", "%s 的行数过少", info.name());
    }
    float[] all = floats(file, info);
    float[] some = new float[rows * width];
    for (int r = 0; r < rows; r++) {
      long from = row.applyAsLong(r) * width;
      if (from + width > all.length) {
        throw other(path, "%s has too few rows", "%s 的行数过少", info.name());
      }
      System.arraycopy(all, (int) from, some, r * width, width);
    }
    return some;
  }

  private static float[] floats(TensorFile file, TensorInfo info) {
    int n = Math.toIntExact(info.elements());
    float[] values = new float[n];
    try (Arena arena = Arena.ofConfined()) {
      var bytes = arena.allocate(Math.max(1, info.bytes()), 64);
      file.read(info, 0, bytes.asSlice(0, info.bytes()));
      Dequantizer.of(info.type()).decode(bytes, 0, n, values, 0);
    }
    return values;
  }

  private static UserError other(Path path, String english, String chinese, Object... args) {
    Message why = Message.of(english, chinese, args);
    return new UserError(
        UserError.Kind.INPUT,
        new Message(
            "Adapter %s does not belong to this model: %s.".formatted(path, why.english()),
            "适配器 %s 不属于此模型:%s。".formatted(path, why.chinese())),
        Message.of("Give the base it was trained on.", "请给出它训练时所用的基础模型。"));
  }
}
