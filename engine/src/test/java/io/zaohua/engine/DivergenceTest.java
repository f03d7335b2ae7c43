package io.zaohua.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.zaohua.model.UserError;
import io.zaohua.model.gguf.GgufValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Distributions recorded as llama-perplexity's tools/perplexity.cpp writes them. */
class DivergenceTest {
  private static final int CONTEXT = 16;
  private static final int CHUNKS = 3;

  /** Rows of a window that are recorded. */
  private static final int ROWS = CONTEXT - 1 - CONTEXT / 2;

  private static final int[] IDS =
      new Random(5).ints(CONTEXT * CHUNKS, 1, TinyModel.VOCABULARY).toArray();

  @TempDir private Path folder;

  /** What a model thinks of {@link #IDS}, in steps of a 65,535th of each row's range. */
  private Path recorded(LanguageModel model) throws IOException {
    return recorded(model, OptionalInt.empty());
  }

  /** The same with every window begun by this token, which llama-perplexity does not record. */
  private Path recorded(LanguageModel model, OptionalInt begin) throws IOException {
    int padded = (TinyModel.VOCABULARY + 1) / 2 * 2;
    var out =
        ByteBuffer.allocate(20 + 4 * IDS.length + CHUNKS * ROWS * (8 + 2 * padded))
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put("_logits_".getBytes(StandardCharsets.US_ASCII));
    out.putInt(CONTEXT).putInt(TinyModel.VOCABULARY).putInt(CHUNKS);
    Arrays.stream(IDS).forEach(out::putInt);
    for (int c = 0; c < CHUNKS; c++) {
      int[] window = Arrays.copyOfRange(IDS, c * CONTEXT, (c + 1) * CONTEXT);
      begin.ifPresent(id -> window[0] = id);
      model.logits(
          window,
          CONTEXT,
          (_, row, values, offset) -> {
            if (row >= CONTEXT / 2 && row < CONTEXT - 1) {
              put(out, Arrays.copyOfRange(values, offset, offset + TinyModel.VOCABULARY), padded);
            }
          });
    }
    Path file = folder.resolve("base.kld");
    Files.write(file, out.array());
    return file;
  }

  private static void put(ByteBuffer out, float[] logits, int padded) {
    double sum = 0;
    float low = Float.POSITIVE_INFINITY;
    float high = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      sum += Math.exp(logit);
      low = Math.min(low, logit);
      high = Math.max(high, logit);
    }
    float scale = (high - low) / 65_535;
    out.putFloat(scale).putFloat((float) (low - Math.log(sum)));
    for (int i = 0; i < padded; i++) {
      out.putShort(i < logits.length ? (short) Math.round((logits[i] - low) / scale) : 0);
    }
  }

  @Test
  void aModelDoesNotDivergeFromItself() throws IOException {
    try (LanguageModel model = TinyModel.load(TinyModel.write(folder, 1))) {
      Divergence found = Divergence.of(model, recorded(model));
      assertThat(found.positions()).isEqualTo((long) CHUNKS * ROWS);
      assertThat(found.mean()).isCloseTo(0, within(1e-5));
      assertThat(found.maximum()).isCloseTo(0, within(1e-4));
      assertThat(found.sameTop()).isEqualTo(1);
      assertThat(found.perplexity().value()).isCloseTo(found.basePerplexity(), within(1e-3));
    }
  }

  @Test
  void everyWindowBeginsAsTheModelWants() throws IOException {
    Map<String, GgufValue> begins =
        Map.of(
            "tokenizer.ggml.add_bos_token",
            GgufValue.bool(true),
            "tokenizer.ggml.bos_token_id",
            GgufValue.u32(TinyModel.END));
    try (LanguageModel model = TinyModel.load(TinyModel.write(folder, 1, begins))) {
      Path file = recorded(model, OptionalInt.of(TinyModel.END));
      assertThat(Divergence.of(model, file).maximum()).isCloseTo(0, within(1e-4));
      Path other = recorded(model);
      assertThat(Divergence.of(model, other).maximum()).isGreaterThan(1e-3);
    }
  }

  @Test
  void anotherModelDiverges() throws IOException {
    Path file;
    try (LanguageModel model = TinyModel.load(TinyModel.write(folder, 1))) {
      file = recorded(model);
    }
    try (LanguageModel other = TinyModel.load(TinyModel.write(folder, 2))) {
      Divergence found = Divergence.of(other, file);
      assertThat(found.mean()).isGreaterThan(1e-3).isLessThanOrEqualTo(found.maximum());
    }
  }

  @Test
  void aFileOfSomethingElseIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("text"), "twenty bytes of text and more");
    try (LanguageModel model = TinyModel.load(TinyModel.write(folder, 1))) {
      assertThatThrownBy(() -> Divergence.of(model, file))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("does not begin with _logits_");
    }
  }
}
