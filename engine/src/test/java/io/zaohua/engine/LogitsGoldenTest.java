package io.zaohua.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.zaohua.engine.cache.KvPool;
import io.zaohua.engine.cache.KvSequence;
import io.zaohua.engine.cache.KvShape;
import io.zaohua.engine.cache.KvType;
import io.zaohua.engine.kernel.Cores;
import io.zaohua.engine.kernel.Matrices;
import io.zaohua.engine.step.Executor;
import io.zaohua.engine.step.Step;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.convert.Conversion;
import io.zaohua.model.safetensors.SafetensorsFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every golden checkpoint gives transformers' logits and greedy tokens. */
@Tag("golden")
class LogitsGoldenTest {
  static List<Path> checkpoints() throws IOException {
    if (!Files.isDirectory(EngineGoldens.folder("llm"))) {
      System.out.println("no goldens in " + EngineGoldens.folder("llm"));
      return List.of();
    }
    try (var folders = Files.list(EngineGoldens.folder("llm"))) {
      return folders.filter(f -> Files.exists(f.resolve("expected.safetensors"))).sorted().toList();
    }
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("checkpoints")
  void safetensorsGiveTheExpectedLogits(Path folder) {
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
      compare(checkpoint, expected);
    }
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("checkpoints")
  void theirGgufGivesTheSame(Path folder, @TempDir Path out) {
    Path gguf = out.resolve("model.gguf");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(Conversion.toGguf(checkpoint, gguf, Optional.empty()).files()).isNotEmpty();
    }
    try (Checkpoint converted = Checkpoint.open(gguf);
        SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
      compare(converted, expected);
    }
  }

  static void compare(Checkpoint checkpoint, SafetensorsFile expected) {
    int vocabulary = checkpoint.spec().vocabulary();
    long[] ids = longs(expected, "input_ids");
    float[] logits = floats(expected, "logits");
    List<Long> shape = expected.find("input_ids").orElseThrow().shape();
    int length = Math.toIntExact(shape.get(1));
    try (Arena arena = Arena.ofShared();
        Cores cores = new Cores(2)) {
      Executor executor = executor(checkpoint, arena, cores);
      for (int b = 0; b < shape.get(0); b++) {
        int[] row = ints(ids, b * length, length);
        int at = b * length * vocabulary;
        try (KvSequence s = executor.open(length)) {
          executor.run(
              new Step().add(s, row, 0, length, Step.Wanted.ALL),
              (_, r, values, from) -> {
                for (int v = 0; v < vocabulary; v++) {
                  assertThat(values[from + v])
                      .as("logit %d of token %d", v, r)
                      .isCloseTo(logits[at + r * vocabulary + v], offset(1e-4f));
                }
              });
        }
      }
      long[] greedy = longs(expected, "greedy");
      assertThat(greedy(executor, greedy)).isEqualTo(ints(greedy, 0, greedy.length));
    }
  }

  private static Executor executor(Checkpoint checkpoint, Arena arena, Cores cores) {
    var weights = checkpoint.weights();
    return new Executor(
        checkpoint.spec(),
        weights,
        part -> {
          var s = weights.shape(part);
          return Matrices.pack(
              s.type(),
              (int) s.rows(),
              (int) s.columns(),
              (from, count, target) -> weights.readRows(part, from, count, target),
              arena,
              cores);
        },
        new KvPool(KvShape.of(checkpoint.spec(), KvType.F32), 1 << 28),
        cores);
  }

  /** Goes on from the first tokens, choosing the most likely one each time. */
  private static int[] greedy(Executor executor, long[] expected) {
    int prompt = expected.length - 16;
    int[] all = ints(expected, 0, expected.length);
    try (KvSequence s = executor.open(expected.length)) {
      for (int n = prompt; n < all.length; n++) {
        int at = n;
        int from = s.length();
        executor.run(
            new Step().add(s, all, from, n - from, Step.Wanted.LAST),
            (_, _, values, start) -> {
              int best = 0;
              for (int v = 1; v < executor.spec().vocabulary(); v++) {
                best = values[start + v] > values[start + best] ? v : best;
              }
              all[at] = best;
            });
      }
    }
    return all;
  }

  private static int[] ints(long[] from, int at, int n) {
    int[] a = new int[n];
    for (int i = 0; i < n; i++) {
      a[i] = (int) from[at + i];
    }
    return a;
  }

  private static MemorySegment bytes(SafetensorsFile file, String name) {
    var info = file.find(name).orElseThrow();
    MemorySegment all = Arena.ofAuto().allocate(info.bytes(), 8);
    file.read(info, 0, all);
    return all;
  }

  private static long[] longs(SafetensorsFile file, String name) {
    return bytes(file, name).toArray(ValueLayout.JAVA_LONG);
  }

  private static float[] floats(SafetensorsFile file, String name) {
    return bytes(file, name).toArray(ValueLayout.JAVA_FLOAT);
  }
}
