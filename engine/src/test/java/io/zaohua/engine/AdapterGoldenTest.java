package io.zaohua.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.model.UserError;
import io.zaohua.model.adapter.AdaptedWeights;
import io.zaohua.model.adapter.Adapter;
import io.zaohua.model.adapter.LowRank;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.convert.Conversion;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.GgufWriter;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.weights.RowMap;
import io.zaohua.model.weights.View;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** PEFT's adapters at run time and worked in, against the weights that PEFT merged. */
@Tag("golden")
class AdapterGoldenTest {
  private static final int TOKENS = 24;

  static List<Path> runs() throws IOException {
    Path folder = EngineGoldens.folder("training");
    if (!Files.isDirectory(folder)) {
      System.out.println("no goldens in " + folder);
      return List.of();
    }
    try (var folders = Files.list(folder)) {
      return folders.filter(f -> Files.exists(f.resolve("adapter_final"))).sorted().toList();
    }
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("runs")
  void atRunTimeItGivesTheMergedModelsLogits(Path run) {
    float[] merged = logits(run.resolve("merged"), Optional.empty(), TOKENS);
    Path adapter = run.resolve("adapter_final");
    float[] adapted = logits(run.resolve("base"), Optional.of(adapter), TOKENS);
    assertThat(adapted).containsExactly(merged, offset(1e-4f));
    assertThat(logits(run.resolve("base"), Optional.of(adapter), 1)).isEqualTo(adapted);
    assertThat(logits(run.resolve("base"), Optional.empty(), TOKENS)).isNotEqualTo(adapted);
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("runs")
  void itFitsTheBasesGgufToo(Path run, @TempDir Path out) {
    Path gguf = out.resolve("base.gguf");
    try (Checkpoint base = Checkpoint.open(run.resolve("base"))) {
      Conversion.toGguf(base, gguf, Optional.empty());
    }
    float[] merged = logits(run.resolve("merged"), Optional.empty(), TOKENS);
    assertThat(logits(gguf, Optional.of(run.resolve("adapter_final")), TOKENS))
        .containsExactly(merged, offset(1e-4f));
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("runs")
  void workedInItGivesTheMergedWeights(Path run) {
    try (Checkpoint base = Checkpoint.open(run.resolve("base"));
        Checkpoint merged = Checkpoint.open(run.resolve("merged"))) {
      var weights =
          new AdaptedWeights(base.weights(), Adapter.read(run.resolve("adapter_final"), 1, base));
      for (String part : Parts.of(base.spec()).keySet()) {
        assertThat(weights.floats(part))
            .as(part)
            .containsExactly(merged.weights().floats(part), offset(1e-5f));
      }
    }
  }

  /** GGUF has no DoRA. */
  static List<Path> plainRuns() throws IOException {
    List<Path> plain = new ArrayList<>();
    for (Path run : runs()) {
      String config = Files.readString(run.resolve("adapter_final/adapter_config.json"));
      if (!config.contains("\"use_dora\": true")) {
        plain.add(run);
      }
    }
    return plain;
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("plainRuns")
  void llamaCppsFormGivesTheSame(Path run, @TempDir Path out) {
    Path adapter = out.resolve("adapter.gguf");
    writeGguf(run, adapter);
    float[] peft = logits(run.resolve("base"), Optional.of(run.resolve("adapter_final")), TOKENS);
    assertThat(logits(run.resolve("base"), Optional.of(adapter), TOKENS))
        .containsExactly(peft, offset(1e-5f));
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("runs")
  void anotherModelsAdapterIsRefused(Path run, @TempDir Path out) {
    try (Checkpoint other = Checkpoint.open(TinyModel.write(out, 1))) {
      assertThatThrownBy(() -> Adapter.read(run.resolve("adapter_final"), 1, other))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("does not belong to this model");
    }
  }

  private static float[] logits(Path model, Optional<Path> adapter, int chunk) {
    var options = LoadOptions.defaults().withThreads(2).withContextLength(64);
    if (adapter.isPresent()) {
      options = options.withAdapter(adapter.get(), 1);
    }
    try (var loaded = LanguageModel.load(model, options)) {
      int vocabulary = loaded.spec().vocabulary();
      int[] ids = new int[TOKENS];
      for (int i = 0; i < TOKENS; i++) {
        ids[i] = (i * 37 + 11) % vocabulary;
      }
      float[] all = new float[TOKENS * vocabulary];
      loaded.logits(
          ids,
          chunk,
          (_, row, values, at) -> System.arraycopy(values, at, all, row * vocabulary, vocabulary));
      return all;
    }
  }

  /** The adapter as convert_lora_to_gguf.py writes it: GGUF's names and order of rows. */
  private static void writeGguf(Path run, Path target) {
    Map<String, byte[]> bytes = new LinkedHashMap<>();
    List<TensorInfo> infos = new ArrayList<>();
    String architecture;
    double alpha = 0;
    try (Checkpoint base = Checkpoint.open(run.resolve("base"));
        SafetensorsFile file =
            SafetensorsFile.open(run.resolve("adapter_final/adapter_model.safetensors"))) {
      architecture = base.family().architecture();
      var additions = Adapter.read(run.resolve("adapter_final"), 1, base).additions();
      var names = base.family().safetensors(base.spec(), _ -> false);
      var ggufNames = base.family().gguf(base.spec(), _ -> false);
      for (var entry : additions.entrySet()) {
        LowRank addition = (LowRank) entry.getValue();
        alpha = addition.scale() * addition.rank();
        String module =
            "base_model.model."
                + names.find(entry.getKey()).orElseThrow().tensor().replaceAll("\\.weight$", "");
        View view = ggufNames.find(entry.getKey()).orElseThrow();
        for (String kind : List.of("A", "B")) {
          TensorInfo from = file.find(module + ".lora_" + kind + ".weight").orElseThrow();
          byte[] values = new byte[Math.toIntExact(from.bytes())];
          file.read(from, 0, MemorySegment.ofArray(values));
          String name = view.tensor() + (kind.equals("A") ? ".lora_a" : ".lora_b");
          if (kind.equals("B") && view instanceof View.Rows(var _, RowMap.Interleaved map)) {
            values = reordered(values, map);
          }
          infos.add(new TensorInfo(name, from.type(), from.shape()));
          bytes.put(name, values);
        }
      }
    }
    Metadata metadata =
        Metadata.EMPTY
            .with("general.architecture", GgufValue.text(architecture))
            .with("general.type", GgufValue.text("adapter"))
            .with("adapter.type", GgufValue.text("lora"))
            .with("adapter.lora.alpha", GgufValue.f32((float) alpha));
    GgufWriter.of(metadata, infos)
        .write(
            target, (tensor, sink) -> sink.accept(MemorySegment.ofArray(bytes.get(tensor.name()))));
  }

  private static byte[] reordered(byte[] rows, RowMap map) {
    byte[] result = new byte[rows.length];
    int size = Math.toIntExact(rows.length / map.count());
    for (int r = 0; r < map.count(); r++) {
      System.arraycopy(rows, r * size, result, Math.toIntExact(map.source(r)) * size, size);
    }
    return result;
  }
}
