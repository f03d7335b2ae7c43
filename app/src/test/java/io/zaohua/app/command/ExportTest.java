package io.zaohua.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.app.Run;
import io.zaohua.app.TinyCheckpoint;
import io.zaohua.model.adapter.Adapter;
import io.zaohua.model.adapter.LowRank;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.spec.Parts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run left, as other programs load it. */
final class ExportTest {
  private static final String PART = "layers.0.q.weight";

  @TempDir private Path folder;
  private Path base = Path.of("");
  private Path run = Path.of("");

  @BeforeEach
  void write() throws IOException {
    base = TinyCheckpoint.write(folder, 5);
    run = Files.createDirectory(folder.resolve("run"));
    TinyAdapter.write(run.resolve("model"), base);
  }

  private Run export(String... more) {
    String[] all = Arrays.copyOf(new String[] {"export", run.toString()}, 2 + more.length);
    System.arraycopy(more, 0, all, 2, more.length);
    return Run.of(all);
  }

  @Test
  void anAdapterIsMergedIntoTheBaseItNames() {
    Run done = export("--to", "gguf", "--type", "F32");

    assertThat(done.code()).as(done.err()).isZero();
    Path file = run.resolve("model-F32.gguf");
    assertThat(done.out()).isEqualTo(file + "\n");
    Path merged = folder.resolve("merged.gguf");
    Run.of("merge", base.toString(), run + "/model", merged.toString(), "--type", "f32");
    try (Checkpoint one = Checkpoint.open(file);
        Checkpoint other = Checkpoint.open(merged)) {
      for (String part : Parts.of(one.spec()).keySet()) {
        assertThat(one.weights().floats(part)).as(part).isEqualTo(other.weights().floats(part));
      }
    }
  }

  @Test
  void matricesAreQuantisedFromTheMergedWeights() {
    Run done = export("--to", "gguf", "--type", "q8_0", "-o", folder + "/small.gguf");

    assertThat(done.code()).as(done.err()).isZero();
    try (Checkpoint small = Checkpoint.open(folder.resolve("small.gguf"))) {
      assertThat(small.describe().types()).containsKey(TensorType.Q8_0);
      assertThat(small.tokenizer()).isPresent();
    }
    assertThat(folder.toFile().list()).noneMatch(name -> name.startsWith("."));
  }

  @Test
  void aFolderHasTheTokenizerOfTheGgufBase() {
    Run done = export("--to", "safetensors");

    assertThat(done.code()).as(done.err()).isZero();
    try (Checkpoint written = Checkpoint.open(run.resolve("safetensors"));
        Checkpoint before = Checkpoint.open(base)) {
      assertThat(written.tokenizer().orElseThrow().encode("ab cab<end>", true))
          .isEqualTo(before.tokenizer().orElseThrow().encode("ab cab<end>", true));
      assertThat(written.tokenizer().orElseThrow().eos())
          .isEqualTo(before.tokenizer().orElseThrow().eos());
      assertThat(written.chatTemplate()).isEqualTo(before.chatTemplate());
      assertThat(written.generation().endTokens()).isEqualTo(before.generation().endTokens());
    }
  }

  @Test
  void theAdapterByItselfIsLlamaCppsFile() {
    Run done = export("--to", "gguf", "--adapter-only");

    assertThat(done.code()).as(done.err()).isZero();
    try (Checkpoint checkpoint = Checkpoint.open(base)) {
      var written = Adapter.read(run.resolve("adapter-F16.gguf"), 1, checkpoint).additions();
      var given = Adapter.read(run.resolve("model"), 1, checkpoint).additions();
      assertThat(written.keySet()).isEqualTo(given.keySet());
      LowRank one = (LowRank) written.get(PART);
      LowRank other = (LowRank) given.get(PART);
      assertThat(one.scale()).isEqualTo(other.scale());
      assertThat(one.down()).containsExactly(other.down(), offset(2e-3f));
      assertThat(one.up()).containsExactly(other.up(), offset(2e-3f));
    }
  }

  @Test
  void theAdapterIsCopiedAsPeftHasIt() {
    Run done = export("--to", "peft");

    assertThat(done.code()).as(done.err()).isZero();
    assertThat(run.resolve("peft/adapter_model.safetensors"))
        .hasSameBinaryContentAs(run.resolve("model/adapter_model.safetensors"));
  }

  @Test
  void aMissingBaseIsNamed() throws IOException {
    Files.delete(base);

    Run done = export("--to", "gguf");

    assertThat(done.code()).isEqualTo(1);
    assertThat(done.err()).contains(base.toString()).contains("--base");
  }

  @Test
  void anUnfinishedRunNamesItsCheckpoint() throws IOException {
    Path checkpoints = Files.createDirectory(run.resolve("checkpoints"));
    Files.move(run.resolve("model"), checkpoints.resolve("step-00000002"));

    Run done = export("--to", "gguf");

    assertThat(done.code()).isEqualTo(1);
    assertThat(done.err()).contains("step-00000002");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--to gguf --type Q9_9",
        "--to peft --type f16",
        "--to safetensors --type Q8_0",
        "--to safetensors --adapter-only",
        "--to onnx"
      })
  void whatCannotBeMeantIsWrongUse(String arguments) {
    Run done = export(arguments.split(" "));

    assertThat(done.code()).as(done.err()).isEqualTo(2);
    assertThat(done.err().lines()).hasSize(1);
  }

  @Test
  void anAdapterIsNotCopiedOverItselfNorIntoABlankName() throws IOException {
    Path weights = run.resolve("model/adapter_model.safetensors");
    byte[] before = Files.readAllBytes(weights);

    assertThat(export("--to", "peft", "-o", run + "/model").code()).isEqualTo(2);
    for (String form : new String[] {"peft", "gguf", "safetensors"}) {
      Run done = export("--to", form, "-o", " ");
      assertThat(done.code()).as(done.err()).isEqualTo(2);
      assertThat(done.err()).contains("name is blank");
    }
    assertThat(weights).hasBinaryContent(before);
    assertThat(Path.of(" ")).doesNotExist();
  }
}
