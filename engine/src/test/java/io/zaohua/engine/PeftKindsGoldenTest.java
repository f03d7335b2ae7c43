package io.zaohua.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.engine.cache.KvSequence;
import io.zaohua.engine.step.Step;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.convert.Conversion;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.safetensors.SafetensorsFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** IA3, prompt and prefix tuning beside PEFT; numbers by tools/goldens/adapters.py. */
@Tag("golden")
class PeftKindsGoldenTest {
  static List<Path> adapters() throws IOException {
    Path folder = EngineGoldens.folder("adapters");
    if (!Files.isDirectory(folder)) {
      System.out.println("no goldens in " + folder);
      return List.of();
    }
    try (var folders = Files.list(folder)) {
      return folders.sorted().toList();
    }
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("adapters")
  void logitsAreThoseOfPeftInAnyChunks(Path adapter) {
    int[] ids = ints(adapter, "ids");
    try (LanguageModel model = load(base(adapter), adapter)) {
      float[] logits = logits(model, ids, ids.length);
      assertThat(logits).containsExactly(floats(adapter, "logits"), offset(1e-4f));
      assertThat(logits(model, ids, 1)).isEqualTo(logits);
      assertThat(logits(model, ids, 5)).isEqualTo(logits);
    }
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("adapters")
  void theBasesGgufTakesItToo(Path adapter, @TempDir Path out) {
    Path gguf = out.resolve("base.gguf");
    try (Checkpoint base = Checkpoint.open(base(adapter))) {
      Conversion.toGguf(base, gguf, Optional.empty());
    }
    try (LanguageModel model = load(gguf, adapter)) {
      int[] ids = ints(adapter, "ids");
      assertThat(logits(model, ids, ids.length))
          .containsExactly(floats(adapter, "logits"), offset(1e-4f));
    }
  }

  static List<Path> fronts() throws IOException {
    return adapters().stream().filter(a -> !a.toString().endsWith("-ia3")).toList();
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("fronts")
  void greedyTokensAreThoseOfPeftAlsoBesideAnotherSequence(Path adapter) {
    int[] ids = ints(adapter, "ids");
    int[] expected = ints(adapter, "greedy");
    int[] made = new int[expected.length];
    try (LanguageModel model = load(base(adapter), adapter);
        KvSequence one = model.executor().open(ids.length + made.length);
        KvSequence other = model.executor().open(ids.length + made.length)) {
      int[] next = ids;
      for (int i = 0; i < made.length; i++) {
        int at = i;
        Step step = new Step().add(other, new int[] {3 + i}, 0, 1, Step.Wanted.LAST);
        step.add(one, next, 0, next.length, Step.Wanted.LAST);
        int vocabulary = model.spec().vocabulary();
        model
            .executor()
            .run(
                step,
                (entry, _, values, offset) -> {
                  if (entry == 1) {
                    made[at] = largest(Arrays.copyOfRange(values, offset, offset + vocabulary));
                  }
                });
        next = new int[] {made[i]};
      }
    }
    assertThat(made).isEqualTo(expected);
  }

  private static int largest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  private static Path base(Path adapter) {
    String name = String.valueOf(adapter.getFileName());
    return EngineGoldens.folder("llm").resolve(name.substring(0, name.lastIndexOf('-')));
  }

  private static LanguageModel load(Path base, Path adapter) {
    var options = LoadOptions.defaults().withThreads(2).withContextLength(64);
    return LanguageModel.load(base, options.withAdapter(adapter, 1));
  }

  private static float[] logits(LanguageModel model, int[] ids, int chunk) {
    int vocabulary = model.spec().vocabulary();
    float[] all = new float[ids.length * vocabulary];
    model.logits(
        ids,
        chunk,
        (_, row, values, at) -> System.arraycopy(values, at, all, row * vocabulary, vocabulary));
    return all;
  }

  private static int[] ints(Path adapter, String name) {
    ByteBuffer bytes = bytes(adapter, name);
    int[] values = new int[bytes.remaining() / 4];
    bytes.asIntBuffer().get(values);
    return values;
  }

  private static float[] floats(Path adapter, String name) {
    ByteBuffer bytes = bytes(adapter, name);
    float[] values = new float[bytes.remaining() / 4];
    bytes.asFloatBuffer().get(values);
    return values;
  }

  private static ByteBuffer bytes(Path adapter, String name) {
    try (SafetensorsFile file = SafetensorsFile.open(adapter.resolve("expected.safetensors"))) {
      TensorInfo info = file.find(name).orElseThrow();
      byte[] bytes = new byte[Math.toIntExact(info.bytes())];
      file.read(info, 0, MemorySegment.ofArray(bytes));
      return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
