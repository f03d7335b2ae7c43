package io.zaohua.learn.verse;

import io.zaohua.model.family.Config;
import io.zaohua.model.family.Families;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.safetensors.SafetensorsWriter;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;

/** A Llama-family checkpoint folder as transformers has it: config, tokenizer, F32 weights. */
final class VerseCheckpoint {
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("embedding.weight", "model.embed_tokens.weight"),
          Map.entry("finalNorm.weight", "model.norm.weight"),
          Map.entry("preMixer.weight", "input_layernorm.weight"),
          Map.entry("preFeedForward.weight", "post_attention_layernorm.weight"),
          Map.entry("q.weight", "self_attn.q_proj.weight"),
          Map.entry("k.weight", "self_attn.k_proj.weight"),
          Map.entry("v.weight", "self_attn.v_proj.weight"),
          Map.entry("o.weight", "self_attn.o_proj.weight"),
          Map.entry("gate.weight", "mlp.gate_proj.weight"),
          Map.entry("up.weight", "mlp.up_proj.weight"),
          Map.entry("down.weight", "mlp.down_proj.weight"));

  private VerseCheckpoint() {}

  /** Writes a folder with random weights. */
  static void create(Path folder, Config config, Path tokenizer, double deviation, long seed)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config.json().toPrettyString());
    Files.copy(tokenizer, folder.resolve("tokenizer.json"));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        """
        {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "add_bos_token": true,
         "add_eos_token": false, "tokenizer_class": "PreTrainedTokenizerFast"}
        """);
    TransformerSpec spec = Families.of(config).spec(config.or(Families.of(config).defaults()));
    double branchEnd = deviation / Math.sqrt(2.0 * spec.layers().size());
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, float[]> values = new HashMap<>();
    Parts.of(spec)
        .forEach(
            (part, size) -> {
              float[] v = new float[Math.toIntExact(size.rows() * size.columns())];
              boolean ends = part.endsWith(".o.weight") || part.endsWith(".down.weight");
              double spread = ends ? branchEnd : deviation;
              for (int i = 0; i < v.length; i++) {
                v[i] = Parts.vector(part) ? 1 : (float) (spread * random.nextGaussian());
              }
              values.put(part, v);
            });
    save(folder, spec, part -> Objects.requireNonNull(values.get(part)));
  }

  /** Writes the weights, by canonical name; the old file stays until the new one is complete. */
  static void save(Path folder, TransformerSpec spec, Function<String, float[]> values) {
    Map<String, String> parts = new HashMap<>();
    List<TensorInfo> tensors =
        Parts.of(spec).entrySet().stream()
            .map(
                entry -> {
                  parts.put(name(entry.getKey()), entry.getKey());
                  Parts.Size s = entry.getValue();
                  List<Long> shape =
                      Parts.vector(entry.getKey())
                          ? List.of(s.columns())
                          : List.of(s.rows(), s.columns());
                  return new TensorInfo(name(entry.getKey()), TensorType.F32, shape);
                })
            .toList();
    new SafetensorsWriter(Map.of("format", "pt"), tensors)
        .write(
            folder.resolve("model.safetensors"),
            (tensor, sink) ->
                sink.accept(bytes(values.apply(Objects.requireNonNull(parts.get(tensor.name()))))));
  }

  private static MemorySegment bytes(float[] values) {
    return MemorySegment.ofArray(Arrays.copyOf(values, values.length));
  }

  private static String name(String part) {
    Parts.Place place = Parts.place(part);
    String name = NAMES.get(place.name());
    if (name == null) {
      throw new IllegalArgumentException("No name for part " + part + ".");
    }
    return place.layer() < 0 ? name : "model.layers." + place.layer() + "." + name;
  }
}
