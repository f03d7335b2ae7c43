package io.zaohua.model.convert;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.family.Config;
import io.zaohua.model.family.Families;
import io.zaohua.model.family.Family;
import io.zaohua.model.family.GgufConfig;
import io.zaohua.model.file.NewFile;
import io.zaohua.model.file.TensorFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.GgufWriter;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.quant.Quantizer;
import io.zaohua.model.spec.Part;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.View;
import io.zaohua.model.weights.Weights;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One checkpoint on its way to GGUF. */
final class ToGguf {
  private final Checkpoint checkpoint;
  private final Weights weights;
  private final Family family;
  private final TransformerSpec spec;
  private final Optional<TensorType> wanted;
  private final List<TensorPlan> plans;
  private final Map<String, float[]> ropes;
  private final List<TensorInfo> tensors = new ArrayList<>();

  ToGguf(Checkpoint checkpoint, Weights weights, Optional<TensorType> wanted) {
    this.checkpoint = checkpoint;
    this.weights = weights;
    this.family = checkpoint.family();
    this.spec = checkpoint.spec();
    this.wanted = wanted;
    this.ropes = GgufMetadata.ropeTensors(family, spec);
    var table = family.gguf(spec, _ -> false);
    var all = new ArrayList<>(Plans.of(spec, table, weights, this::type));
    if (spec.head().tied() && family.ggufLayout().needsOutput()) {
      all.add(copyOfEmbedding(all.getFirst().info()));
    }
    this.plans = List.copyOf(all);
    ropes.forEach(
        (name, v) -> tensors.add(new TensorInfo(name, TensorType.F32, List.of((long) v.length))));
    plans.forEach(plan -> tensors.add(plan.info()));
  }

  /** llama.cpp refuses some architectures without an output projection, tied or not. */
  private static TensorPlan copyOfEmbedding(TensorInfo embedding) {
    var info = new TensorInfo("output.weight", embedding.type(), embedding.shape());
    var piece = new TensorPlan.Piece(Part.EMBEDDING, new View.Stored(info.name()));
    return new TensorPlan(info, List.of(piece));
  }

  /** llama.cpp wants vectors, routers and positions in f32. */
  private TensorType type(String part, boolean vector, TensorType found) {
    if (vector || part.equals(Part.POSITIONS) || part.endsWith("router.weight")) {
      return TensorType.F32;
    }
    return wanted.orElseGet(
        () ->
            switch (found) {
              case F32, F16, BF16 -> found;
              case F8_E4M3, F8_E5M2 -> TensorType.BF16;
              default -> TensorType.F32;
            });
  }

  Report write(Path target) {
    NewFile.refuseSource(target, checkpoint.files());
    var notes = new ArrayList<Message>();
    var metadata = new LinkedHashMap<String, GgufValue>();
    metadata.put("general.architecture", GgufValue.text(family.architecture()));
    metadata.put("general.type", GgufValue.text("model"));
    String name =
        checkpoint
            .metadata()
            .flatMap(m -> m.string("general.name"))
            .orElseGet(
                () -> String.valueOf(checkpoint.path().toAbsolutePath().normalize().getFileName()));
    metadata.put("general.name", GgufValue.text(name));
    checkpoint.licence().ifPresent(l -> metadata.put("general.license", GgufValue.text(l)));
    metadata.put("general.file_type", GgufValue.u32(fileType()));
    metadata.putAll(GgufMetadata.of(family, checkpoint.config(), spec).values());
    generation(metadata);
    var extras = extras(new Metadata(metadata), notes);
    extras.forEach(metadata::put);
    notes.addAll(Differences.of(family, spec));
    TokenizerExport.of(checkpoint, metadata, notes);
    putTemplates(metadata);
    var source = TensorPlan.source(plans, weights);
    GgufWriter.of(new Metadata(metadata), tensors)
        .write(
            target,
            (tensor, sink) -> {
              if (ropes.containsKey(tensor.name())) {
                sink.accept(MemorySegment.ofArray(bytes(tensor.name())));
              } else {
                source.write(tensor, sink);
              }
            });
    return new Report(List.of(target), notes);
  }

  /** The default chat template and those with names, in gguf-py's keys. */
  private void putTemplates(Map<String, GgufValue> metadata) {
    var templates = checkpoint.chatTemplates();
    String key = "tokenizer.chat_template";
    templates.standard().ifPresent(t -> metadata.put(key, GgufValue.text(t)));
    var others = templates.others();
    if (!others.isEmpty()) {
      metadata.put(key + "s", GgufValue.strings(List.copyOf(others.keySet())));
      others.forEach((name, t) -> metadata.put(key + "." + name, GgufValue.text(t)));
    }
  }

  /** A vector of the positions; empty for any other tensor. */
  private byte[] bytes(String rope) {
    return Quantizer.encoded(TensorType.F32, ropes.getOrDefault(rope, new float[0]), rope);
  }

  /** The number of most matrices' type (llama_ftype in llama.h). */
  private int fileType() {
    return switch (plans.getFirst().info().type()) {
      case F16 -> 1;
      case BF16 -> 32;
      default -> 0;
    };
  }

  private void generation(Map<String, GgufValue> metadata) {
    var g = checkpoint.generation();
    g.temperature().ifPresent(t -> metadata.put("general.sampling.temp", f32(t)));
    g.topP().ifPresent(p -> metadata.put("general.sampling.top_p", f32(p)));
    g.topK().ifPresent(k -> metadata.put("general.sampling.top_k", GgufValue.i32(k)));
    g.minP().ifPresent(p -> metadata.put("general.sampling.min_p", f32(p)));
    g.repetitionPenalty().ifPresent(p -> metadata.put("general.sampling.penalty_repeat", f32(p)));
  }

  private static GgufValue f32(double value) {
    return GgufValue.f32((float) value);
  }

  /**
   * What must stand under {@code zaohua.} so that the same spec is read back: all values that
   * differ, then without each that turns out not to matter.
   */
  private Map<String, GgufValue> extras(Metadata metadata, List<Message> notes) {
    var extras = new LinkedHashMap<String, GgufValue>();
    if (!Families.of(metadata).name().equals(family.name())) {
      extras.put(GgufConfig.FAMILY, GgufValue.text(family.name()));
    }
    var plain = read(metadata, extras);
    if (spec(plain).filter(spec::equals).isPresent()) {
      return extras;
    }
    checkpoint
        .config()
        .json()
        .properties()
        .forEach(
            e -> {
              if (!e.getValue().equals(plain.json().get(e.getKey()))) {
                extras.put(GgufConfig.EXTRA + e.getKey(), GgufValue.text(e.getValue().toString()));
              }
            });
    if (spec(read(metadata, extras)).filter(spec::equals).isEmpty()) {
      throw new IllegalStateException("GGUF metadata does not give the same stack: " + spec);
    }
    for (var key : List.copyOf(extras.keySet())) {
      var without = new LinkedHashMap<>(extras);
      without.remove(key);
      if (key.startsWith(GgufConfig.EXTRA)
          && spec(read(metadata, without)).filter(spec::equals).isPresent()) {
        extras.remove(key);
      }
    }
    extras.keySet().stream()
        .filter(key -> key.startsWith(GgufConfig.EXTRA))
        .map(key -> key.substring(GgufConfig.EXTRA.length()))
        .filter(key -> !Differences.known(key, family, spec))
        .forEach(
            key ->
                notes.add(
                    Message.of(
                        "GGUF has no key for %s: it is kept as %s, which llama.cpp does not read,"
                            + " so that its results will differ.",
                        "GGUF 没有 %s 对应的键:已保存为 llama.cpp 不读取的 %s,其结果会有差异。",
                        key,
                        GgufConfig.EXTRA + key)));
    return extras;
  }

  private Config read(Metadata metadata, Map<String, GgufValue> extras) {
    var all = new LinkedHashMap<>(metadata.values());
    all.putAll(extras);
    return GgufConfig.read(family, new Metadata(all), new Planned());
  }

  private Optional<TransformerSpec> spec(Config config) {
    try {
      return Optional.of(family.spec(config));
    } catch (UserError _) {
      return Optional.empty();
    }
  }

  /** The file to be, as far as its metadata's reader asks for tensors. */
  private final class Planned implements TensorFile {
    @Override
    public List<TensorInfo> tensors() {
      return tensors;
    }

    @Override
    public Optional<TensorInfo> find(String name) {
      return tensors.stream().filter(t -> t.name().equals(name)).findFirst();
    }

    @Override
    public void read(TensorInfo tensor, long offset, MemorySegment target) {
      var bytes = MemorySegment.ofArray(bytes(tensor.name()));
      MemorySegment.copy(bytes, offset, target, 0, target.byteSize());
    }

    @Override
    public void close() {}
  }
}
