package io.zaohua.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.safetensors.SafetensorsWriter;
import io.zaohua.model.spec.Part;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prompt and prefix adapters before a text: what is cached, counted and refused. */
class LearnedPositionsTest {
  private static final int[] TEXT = tokens(7, 150);
  private static final GenerateOptions FEW =
      GenerateOptions.greedy().withMaxTokens(6).withIgnoreEnd(true).withLogProbs(3);

  @TempDir private Path folder;
  private Path base = Path.of("");

  @BeforeEach
  void write() {
    base = TinyModel.write(folder, 21);
  }

  private static int[] tokens(long seed, int count) {
    return new Random(seed).ints(count, 1, TinyModel.VOCABULARY - 1).toArray();
  }

  /** A prompt whose rows are those of tokens. */
  private Path prompt(int[] tokens) throws IOException {
    float[] rows;
    try (Checkpoint checkpoint = Checkpoint.open(base)) {
      int width = checkpoint.spec().width();
      float[] table = checkpoint.weights().floats(Part.EMBEDDING);
      rows = new float[tokens.length * width];
      for (int i = 0; i < tokens.length; i++) {
        System.arraycopy(table, tokens[i] * width, rows, i * width, width);
      }
    }
    return adapter("PROMPT_TUNING", tokens.length, rows);
  }

  /** Two layers of two heads of 16: 2 x 2 x 2 x 16 numbers a position. */
  private Path prefix(int length) throws IOException {
    var random = new Random(length);
    float[] table = new float[length * 128];
    for (int i = 0; i < table.length; i++) {
      table[i] = (float) random.nextGaussian();
    }
    return adapter("PREFIX_TUNING", length, table);
  }

  private Path adapter(String kind, int length, float[] values) throws IOException {
    Path made = Files.createTempDirectory(folder, "adapter");
    Files.writeString(
        made.resolve("adapter_config.json"),
        "{\"peft_type\": \"%s\", \"num_virtual_tokens\": %d}".formatted(kind, length));
    var bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    List<Long> shape = List.of((long) length, (long) values.length / length);
    var info = new TensorInfo("prompt_embeddings", TensorType.F32, shape);
    new SafetensorsWriter(Map.of(), List.of(info))
        .write(
            made.resolve("adapter_model.safetensors"),
            (_, sink) -> sink.accept(MemorySegment.ofArray(bytes.array())));
    return made;
  }

  private LanguageModel load(Path... adapters) {
    var options = LoadOptions.defaults().withThreads(1).withContextLength(256);
    for (Path adapter : adapters) {
      options = options.withAdapter(adapter, 1);
    }
    return LanguageModel.load(base, options);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 64, 70})
  void aPromptOfTokensRowsGivesTheBitsOfThoseTokens(int length) throws IOException {
    int[] before = tokens(3, length);
    int[] whole = IntStream.concat(Arrays.stream(before), Arrays.stream(TEXT)).toArray();
    try (LanguageModel plain = load();
        LanguageModel prompted = load(prompt(before))) {
      Generation expected = plain.generate(whole, FEW, _ -> {});
      Generation made = prompted.generate(TEXT, FEW, _ -> {});
      assertThat(made.ids()).isEqualTo(expected.ids());
      assertThat(made.logProbs()).isEqualTo(expected.logProbs());
      assertThat(made.prompt()).isEqualTo(TEXT.length);
    }
  }

  /** Pages of 64: 150 tokens behind 5, 64 or 70 positions end whole pages at 155, 214 and 220. */
  @ParameterizedTest
  @ValueSource(ints = {5, 64, 70})
  void aTextIsFoundInTheCacheBehindThem(int length) throws IOException {
    int pages = (length + TEXT.length) / 64;
    for (Path adapter : List.of(prompt(tokens(3, length)), prefix(length))) {
      try (LanguageModel model = load(adapter)) {
        Generation first = model.generate(TEXT, FEW, _ -> {});
        Generation again = model.generate(TEXT, FEW, _ -> {});
        assertThat(first.cached()).isZero();
        assertThat(again.cached()).isEqualTo(64 * pages - length);
        assertThat(again.logProbs()).isEqualTo(first.logProbs());
      }
    }
  }

  @Test
  void anotherTextTakesNothingOver() throws IOException {
    try (LanguageModel model = load(prefix(70));
        LanguageModel fresh = load(prefix(70))) {
      model.generate(TEXT, FEW, _ -> {});
      int[] other = tokens(9, 100);
      Generation made = model.generate(other, FEW, _ -> {});
      assertThat(made.cached()).isZero();
      assertThat(made.logProbs()).isEqualTo(fresh.generate(other, FEW, _ -> {}).logProbs());
    }
  }

  @Test
  void aSavedCacheIsOfThisAdapter() throws IOException {
    Path saved = folder.resolve("text.kv");
    Path adapter = prefix(70);
    Generation first;
    try (LanguageModel model = load(adapter)) {
      first = model.generate(TEXT, FEW, _ -> {});
      assertThat(model.saveCache(TEXT, saved)).isEqualTo(3 * 64 - 70);
    }
    try (LanguageModel model = load(adapter)) {
      assertThat(model.loadCache(saved)).isEqualTo(3 * 64 - 70);
      Generation again = model.generate(TEXT, FEW, _ -> {});
      assertThat(again.cached()).isEqualTo(3 * 64 - 70);
      assertThat(again.logProbs()).isEqualTo(first.logProbs());
    }
    try (LanguageModel model = load()) {
      assertThatThrownBy(() -> model.loadCache(saved))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("another model");
    }
  }

  @Test
  void theContextCountsTokensOnly() throws IOException {
    try (LanguageModel model = load(prefix(70))) {
      assertThat(model.contextLength()).isEqualTo(256);
      int[] full = tokens(2, 256);
      assertThat(model.generate(full, FEW, _ -> {}).reason()).isEqualTo(Generation.Reason.CONTEXT);
      assertThatThrownBy(() -> model.generate(tokens(2, 257), FEW, _ -> {}))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("257");
    }
  }

  @Test
  void thereIsRoomForOne() throws IOException {
    Path one = prefix(2);
    Path other = prompt(new int[] {4, 5});
    assertThatThrownBy(() -> load(one, other))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("2 adapters put learned positions before the text");
  }

  @Test
  void theyHaveNoScale() throws IOException {
    var options = LoadOptions.defaults().withAdapter(prefix(2), 0.5f);
    assertThatThrownBy(() -> LanguageModel.load(base, options))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot be scaled by 0.5");
  }
}
