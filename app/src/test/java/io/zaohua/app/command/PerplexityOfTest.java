package io.zaohua.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.app.Run;
import io.zaohua.app.TinyCheckpoint;
import io.zaohua.engine.LanguageModel;
import io.zaohua.engine.LoadOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PerplexityOfTest {
  private static final int CONTEXT = 12;

  @TempDir private Path folder;
  private Path model = Path.of("");

  @BeforeEach
  void write() {
    model = TinyCheckpoint.write(folder, 3);
  }

  private Run run(String... options) {
    String[] arguments = new String[5 + options.length];
    System.arraycopy(
        new String[] {"perplexity", "-m", model.toString(), "-t", "1"}, 0, arguments, 0, 5);
    System.arraycopy(options, 0, arguments, 5, options.length);
    return Run.of(arguments);
  }

  private static double value(Run run, String name) {
    return run.out()
        .lines()
        .filter(line -> line.startsWith(name + " = "))
        .mapToDouble(line -> Double.parseDouble(line.split(" = ")[1].split(" ")[0]))
        .findFirst()
        .orElseThrow();
  }

  /** One window of tokens 1 to 12 as llama-perplexity's tools/perplexity.cpp records it. */
  private Path recording(Path of) throws IOException {
    try (LanguageModel recorded = LanguageModel.load(of, LoadOptions.defaults().withThreads(1))) {
      int vocabulary = recorded.spec().vocabulary();
      int padded = (vocabulary + 1) / 2 * 2;
      int rows = CONTEXT - 1 - CONTEXT / 2;
      var out =
          ByteBuffer.allocate(20 + 4 * CONTEXT + rows * (8 + 2 * padded))
              .order(ByteOrder.LITTLE_ENDIAN)
              .put("_logits_".getBytes(StandardCharsets.US_ASCII))
              .putInt(CONTEXT)
              .putInt(vocabulary)
              .putInt(1);
      int[] ids = new int[CONTEXT];
      for (int i = 0; i < CONTEXT; i++) {
        ids[i] = i + 1;
        out.putInt(ids[i]);
      }
      recorded.logits(
          ids,
          CONTEXT,
          (_, row, logits, offset) -> {
            if (row >= CONTEXT / 2 && row < CONTEXT - 1) {
              double sum = 0;
              float low = logits[offset];
              float high = low;
              for (int i = 0; i < vocabulary; i++) {
                sum += Math.exp(logits[offset + i]);
                low = Math.min(low, logits[offset + i]);
                high = Math.max(high, logits[offset + i]);
              }
              float scale = (high - low) / 65_535;
              out.putFloat(scale).putFloat((float) (low - Math.log(sum)));
              for (int i = 0; i < padded; i++) {
                out.putShort(
                    i < vocabulary ? (short) Math.round((logits[offset + i] - low) / scale) : 0);
              }
            }
          });
      return Files.write(folder.resolve("base.kld"), out.array());
    }
  }

  @Test
  void aModelIsComparedWithARecordingOfItself() throws IOException {
    Run run = run("--kl-divergence-base", recording(model).toString());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(value(run, "mean KL")).isLessThan(1e-5);
    assertThat(value(run, "same top")).isEqualTo(100);
    assertThat(value(run, "tokens")).isEqualTo(5);
    assertThat(Math.abs(value(run, "PPL") - value(run, "base PPL"))).isLessThan(1e-2);
  }

  @Test
  void anotherModelDiverges() throws IOException {
    Run run = run("--kl-divergence-base", recording(TinyCheckpoint.write(folder, 4)).toString());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(value(run, "mean KL")).isGreaterThan(1e-3);
    assertThat(value(run, "maximum KL")).isGreaterThanOrEqualTo(value(run, "mean KL"));
  }

  @Test
  void aRecordingCutOffIsRefused() throws IOException {
    Path file = recording(model);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 1));

    Run run = run("--kl-divergence-base", file.toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("ends early");
  }

  @Test
  void aTextIsScored() throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "the sea and the hills ".repeat(3));

    Run run = run("-f", text.toString(), "--ctx", "16");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).matches("PPL = \\d+\\.\\d{4} \\+/- \\d+\\.\\d{5}\\R");
  }

  @Test
  void neitherOrBothIsWrongUse() {
    assertThat(run().code()).isEqualTo(2);
    assertThat(run("-f", "a", "--kl-divergence-base", "b").code()).isEqualTo(2);
    assertThat(run("--ctx", "16", "--kl-divergence-base", "b").code()).isEqualTo(2);
  }
}
