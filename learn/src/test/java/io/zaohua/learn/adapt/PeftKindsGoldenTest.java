package io.zaohua.learn.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.learn.Front;
import io.zaohua.learn.LoadedWeights;
import io.zaohua.learn.Weights;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.adapter.PeftConfig;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.model.spec.Parts;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** IA3, prompt and prefix tuning give PEFT's logits; numbers by tools/goldens/adapters.py. */
@Tag("golden")
final class PeftKindsGoldenTest {
  /** Several matrices stand in one tensor there, which is not trained apart. */
  private static final Set<String> FUSED = Set.of("gpt2-ia3", "gptneox-ia3", "phi3-ia3");

  static List<Path> adapters() throws IOException {
    Path all = goldens().resolve("adapters");
    if (!Files.isDirectory(all)) {
      System.out.println("no goldens in " + all);
      return List.of();
    }
    try (var folders = Files.list(all)) {
      return folders.filter(f -> !FUSED.contains(name(f))).sorted().toList();
    }
  }

  private static Path goldens() {
    String given = System.getProperty("goldens", "");
    return given.isBlank()
        ? Path.of(System.getProperty("zaohua.root"), "model/src/test/resources/goldens")
        : Path.of(given);
  }

  private static String name(Path folder) {
    return String.valueOf(folder.getFileName());
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("adapters")
  void logitsAreThoseOfPeft(Path folder) {
    String name = name(folder).substring(0, name(folder).lastIndexOf('-'));
    try (Checkpoint base = Checkpoint.open(goldens().resolve("llm").resolve(name));
        SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"));
        SafetensorsFile file = SafetensorsFile.open(folder.resolve(PeftConfig.WEIGHTS));
        Scope _ = Scope.open("weights");
        Autograd _ = Autograd.off()) {
      Weights frozen = new LoadedWeights(base.weights(), false);
      Weights weights =
          switch (PeftConfig.read(folder).kind()) {
            case LORA -> throw new IllegalStateException("not among them");
            case IA3 -> new AdaptedWeights(frozen, factors(file, base));
            case PROMPT_TUNING ->
                new FrontedWeights(frozen, new Front.Prompt(tensor(file, FrontedWeights.NAME)));
            case PREFIX_TUNING ->
                new FrontedWeights(frozen, new Front.Prefix(tensor(file, FrontedWeights.NAME)));
          };
      int[] ids = bytes(expected, "ids").toArray(ValueLayout.JAVA_INT);
      long[] wide = IntStream.of(ids).asLongStream().toArray();
      Tensor logits = Transformer.of(base.spec(), weights).logits(Tensors.of(wide, 1, wide.length));
      assertThat(logits.toFloats())
          .containsExactly(
              bytes(expected, "logits").toArray(ValueLayout.JAVA_FLOAT), offset(1e-4f));
    }
  }

  private static Map<String, Rescaling> factors(SafetensorsFile file, Checkpoint base) {
    Map<String, Rescaling> all = new LinkedHashMap<>();
    for (String part : Parts.of(base.spec()).keySet()) {
      base.table()
          .find(part)
          .flatMap(PeftAdapter::module)
          .map(module -> PeftConfig.PREFIX + module + ".ia3_l")
          .flatMap(file::find)
          .ifPresent(
              info ->
                  all.put(
                      part.substring(0, part.length() - ".weight".length()),
                      new Rescaling(tensor(file, info.name()), info.rows() == 1)));
    }
    assertThat(all).hasSameSizeAs(file.tensors());
    return all;
  }

  private static Tensor tensor(SafetensorsFile file, String name) {
    TensorInfo info = file.find(name).orElseThrow();
    long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
    return Tensors.of(bytes(file, name).toArray(ValueLayout.JAVA_FLOAT), shape);
  }

  private static MemorySegment bytes(SafetensorsFile file, String name) {
    TensorInfo info = file.find(name).orElseThrow();
    MemorySegment all = Arena.ofAuto().allocate(info.bytes(), 8);
    file.read(info, 0, all);
    return all;
  }
}
