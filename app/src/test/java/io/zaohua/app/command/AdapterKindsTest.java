package io.zaohua.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.app.Run;
import io.zaohua.app.TinyCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * IA3, prompt and prefix adapters on the command line: what runs, and what one sentence refuses.
 */
final class AdapterKindsTest {
  /** Of the tiny checkpoint: two layers, width 64, 4 heads, 2 of keys, 96 in the feed-forward. */
  private static final int KEYS = 32;

  private static final int HIDDEN = 96;
  private static final int WIDTH = 64;
  private static final int PREFIX = 2 * 2 * KEYS;

  @TempDir private Path folder;
  private Path base = Path.of("");

  @BeforeEach
  void write() throws IOException {
    base = TinyCheckpoint.write(folder, 5);
  }

  private Path factors() throws IOException {
    return TinyAdapter.writeFactors(folder.resolve("ia3"), base, KEYS, HIDDEN);
  }

  private Path front(String kind, long positions, long numbers) throws IOException {
    return TinyAdapter.writeFront(folder.resolve(kind + positions), base, kind, positions, numbers);
  }

  @Test
  void mergedFactorsGiveTheLogitsOfTheAdapterAtRunTime() throws IOException {
    Path merged = folder.resolve("merged.gguf");
    Run merge =
        Run.of("merge", base.toString(), factors() + "=0.5", merged.toString(), "--type", "f32");
    assertThat(merge.code()).as(merge.err()).isZero();

    float[] atRunTime = logits(base, "--adapter", factors() + "=0.5");
    assertThat(logits(merged)).containsExactly(atRunTime, offset(2e-3f));
    assertThat(logits(base)).isNotEqualTo(atRunTime);
    assertThat(logits(base, "--adapter", factors() + "=0")).isEqualTo(logits(base));
  }

  @ParameterizedTest
  @CsvSource({"PROMPT_TUNING, 64", "PREFIX_TUNING, 128"})
  void positionsBeforeTheTextRunBesideFactors(String kind, int numbers) throws IOException {
    String front = front(kind, 3, numbers).toString();

    float[] alone = logits(base, "--adapter", front);
    assertThat(alone).isNotEqualTo(logits(base));
    assertThat(logits(base, "--adapter", front, "--adapter", factors().toString()))
        .isNotEqualTo(alone);
    Run generated =
        Run.of("generate", "-m", base.toString(), "--adapter", front, "-n", "4", "abab");
    assertThat(generated.code()).as(generated.err()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "PROMPT_TUNING, merge, stands before the text",
    "PREFIX_TUNING, merge, stands before the text",
    "PROMPT_TUNING, gguf, stands before the text",
    "PREFIX_TUNING, safetensors, stands before the text",
    "PREFIX_TUNING, gguf --adapter-only, GGUF has LoRA adapters only",
    "IA3, gguf --adapter-only, GGUF has LoRA adapters only"
  })
  void whatCannotBeWrittenIsOneSentence(String kind, String form, String sentence)
      throws IOException {
    Path adapter =
        kind.equals("IA3") ? factors() : front(kind, 3, kind.contains("X") ? PREFIX : WIDTH);
    Path out = folder.resolve("out");
    Run run =
        form.equals("merge")
            ? Run.of("merge", base.toString(), adapter.toString(), out.toString())
            : export(adapter, out, form.split(" "));

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains(sentence);
    assertThat(out).doesNotExist();
  }

  private static Run export(Path adapter, Path out, String... form) {
    String[] start = {"export", adapter.toString(), "-o", out.toString(), "--to"};
    String[] all = Arrays.copyOf(start, start.length + form.length);
    System.arraycopy(form, 0, all, start.length, form.length);
    return Run.of(all);
  }

  @ParameterizedTest
  @ValueSource(strings = {"IA3", "PROMPT_TUNING", "PREFIX_TUNING"})
  void allKindsAreCopiedAsPeftHasThem(String kind) throws IOException {
    Path adapter =
        kind.equals("IA3") ? factors() : front(kind, 3, kind.contains("X") ? PREFIX : WIDTH);
    Path out = folder.resolve("out");

    Run run = export(adapter, out, "peft");

    assertThat(run.code()).as(run.err()).isZero();
    for (String name : new String[] {"adapter_config.json", "adapter_model.safetensors"}) {
      assertThat(out.resolve(name)).hasSameBinaryContentAs(adapter.resolve(name));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PROMPT_TUNING, 63, positions have 63 numbers",
    "PREFIX_TUNING, 192, positions have 192 numbers"
  })
  void positionsOfAnotherWidthAreRefused(String kind, int numbers, String sentence)
      throws IOException {
    assertRefused(front(kind, 3, numbers), sentence);
  }

  @Test
  void aPrefixForOtherLayersIsRefused() throws IOException {
    Path adapter = front("PREFIX_TUNING", 3, PREFIX);
    Files.writeString(
        adapter.resolve("adapter_config.json"),
        "{\"peft_type\": \"PREFIX_TUNING\", \"num_layers\": 4, \"num_attention_heads\": 1}");

    assertRefused(adapter, "made with 4 layers, not 2");
  }

  @ParameterizedTest
  @CsvSource({"31, 96", "33, 96", "32, 95"})
  void factorsForOtherMatricesAreRefused(long values, long hidden) throws IOException {
    assertRefused(
        TinyAdapter.writeFactors(folder.resolve("other"), base, values, hidden),
        "does not belong to this model");
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 100, 600})
  void aFileCutOffIsRefused(int bytes) throws IOException {
    Path adapter = front("PROMPT_TUNING", 3, WIDTH);
    Path weights = adapter.resolve("adapter_model.safetensors");
    Files.write(weights, Arrays.copyOf(Files.readAllBytes(weights), bytes));

    assertRefused(adapter, "adapter_model.safetensors");
  }

  @Test
  void aKindThatIsNotKnownIsNamedBesideThoseThatAre() throws IOException {
    assertRefused(
        front("ADALORA", 3, WIDTH),
        "\"ADALORA\", and LORA, IA3, PROMPT_TUNING or PREFIX_TUNING was expected");
  }

  @Test
  void twoBeforeOneTextAreRefused() throws IOException {
    String one = front("PROMPT_TUNING", 3, WIDTH).toString();
    assertRefused(
        front("PREFIX_TUNING", 2, PREFIX), "2 adapters put learned positions", "--adapter", one);
  }

  private void assertRefused(Path adapter, String sentence, String... more) {
    String[] start = {"generate", "-m", base.toString(), "--adapter", adapter.toString(), "ab"};
    String[] all = Arrays.copyOf(start, start.length + more.length);
    System.arraycopy(more, 0, all, start.length, more.length);
    Run run = Run.of(all);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err().lines()).as(run.err()).hasSize(1);
    assertThat(run.err()).contains(sentence);
  }

  private float[] logits(Path model, String... more) throws IOException {
    Path out = folder.resolve("logits.npy");
    String[] arguments = {
      "logits", "-m", model.toString(), "--ids", "1,2,3,4", "-o", out.toString(), "-t", "1"
    };
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    Run run = Run.of(all);
    assertThat(run.code()).as(run.err()).isZero();
    byte[] bytes = Files.readAllBytes(out);
    var values = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int header = 10 + values.getShort(8);
    float[] floats = new float[(bytes.length - header) / 4];
    values.position(header).slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
    return floats;
  }
}
