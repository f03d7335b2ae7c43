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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An adapter at run time, and merged: the same logits. */
final class MergeTest {
  @TempDir private Path folder;
  private Path base = Path.of("");
  private Path adapter = Path.of("");

  @BeforeEach
  void write() throws IOException {
    base = TinyCheckpoint.write(folder, 5);
    adapter = TinyAdapter.write(folder.resolve("adapter"), base);
  }

  @Test
  void theMergedModelGivesTheLogitsOfTheAdapterAtRunTime() throws IOException {
    Path merged = folder.resolve("merged.gguf");
    Run merge = Run.of("merge", base.toString(), adapter.toString() + "=0.5", merged.toString());
    assertThat(merge.code()).as(merge.err()).isZero();
    assertThat(merge.out()).isEqualTo(merged + "\n");

    float[] atRunTime = logits(base, "--adapter", adapter + "=0.5");
    assertThat(logits(merged)).containsExactly(atRunTime, offset(2e-3f));
    assertThat(logits(base)).isNotEqualTo(atRunTime);
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

  @Test
  void aMissingAdapterIsNamed() {
    Run run = Run.of("merge", base.toString(), "/nowhere/adapter", folder + "/out");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("There is no adapter /nowhere/adapter");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 63, 65, 640})
  void anAdapterWithOtherRowsThanTheBaseIsRefused(long rows) {
    TinyAdapter.writeWeights(adapter, 64, rows);

    Run run = Run.of("merge", base.toString(), adapter.toString(), folder + "/out.gguf");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("does not belong to this model").contains("rows");
    assertThat(folder.resolve("out.gguf")).doesNotExist();
  }

  @Test
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void anAlphaPatternThatBacktracksWithoutEndIsRefused() throws IOException {
    Files.writeString(
        adapter.resolve("adapter_config.json"),
        "{\"peft_type\": \"LORA\", \"alpha_pattern\": {\"([^!]*)*\\\\2!\": 1}}");

    Run run = Run.of("merge", base.toString(), adapter.toString(), folder + "/out.gguf");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("alpha_pattern");
  }
}
