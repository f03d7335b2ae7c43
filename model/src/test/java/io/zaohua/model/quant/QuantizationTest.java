package io.zaohua.model.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.gguf.GgufFile;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.Metadata;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizationTest {
  private static final SyntheticLlama.Shape TINY = new SyntheticLlama.Shape(2, 256, 256, 4, 2, 64);

  @TempDir Path folder;

  @Test
  void writtenWeightsAreTheSourcesWithinTheTypesError() {
    var model = tiny();
    try (var file = GgufFile.open(quantized(FileType.Q8_0))) {
      for (var tensor : model.tensors()) {
        float[] expected = values(model, tensor);
        float[] found = values(file, file.find(tensor.name()).orElseThrow());
        assertThat(greatestDifference(found, expected)).as(tensor.name()).isLessThan(4e-4f);
      }
    }
  }

  @Test
  void fileSaysWhatItIs() {
    try (var file = GgufFile.open(quantized(FileType.Q4_K_M))) {
      assertThat(file.metadata().integer("general.file_type")).contains(15L);
      assertThat(file.metadata().integer("general.quantization_version")).contains(2L);
      assertThat(file.metadata().strings("tokenizer.ggml.tokens")).hasSize(300);
      assertThat(type(file, "token_embd.weight")).isEqualTo(TensorType.Q6_K);
      assertThat(type(file, "blk.0.attn_q.weight")).isEqualTo(TensorType.Q4_K);
      assertThat(type(file, "blk.0.attn_norm.weight")).isEqualTo(TensorType.F32);
    }
  }

  @Test
  void quantisingTwiceNeedsLeave() throws Exception {
    var once = quantized(FileType.Q8_0);
    var twice = folder.resolve("twice.gguf");
    assertThatThrownBy(() -> run(FileType.Q4_0, false, once, twice))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is quantised already, to Q8_0");
    assertThat(Files.exists(twice)).isFalse();
    assertThat(run(FileType.Q4_0, true, once, twice).requantized()).isEqualTo(15);
  }

  @Test
  void sameTypeAgainChangesNothing() throws Exception {
    var once = quantized(FileType.Q4_0);
    var again = folder.resolve("again.gguf");
    assertThat(run(FileType.Q4_0, false, once, again).requantized()).isZero();
    assertThat(Files.mismatch(once, again)).isEqualTo(-1);
  }

  @Test
  void sourceIsNeverOverwritten() {
    var file = quantized(FileType.F16);
    assertThatThrownBy(() -> run(FileType.Q8_0, false, file, file))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("would overwrite its own source");
  }

  @Test
  void progressNamesEveryTensorOnce() {
    var seen = new ArrayList<String>();
    var model = tiny();
    new Quantization(FileType.Q5_0, false, 2)
        .run(
            model,
            model.metadata(),
            folder.resolve("p.gguf"),
            p -> seen.add(p.number() + "/" + p.count() + " " + p.choice().tensor().name()));
    assertThat(seen).hasSize(20).startsWith("1/20 output_norm.weight", "2/20 token_embd.weight");
  }

  private Path quantized(FileType type) {
    var target = folder.resolve(type + ".gguf");
    var model = tiny();
    new Quantization(type, false, 2).run(model, model.metadata(), target, p -> {});
    return target;
  }

  private static Quantization.Result run(FileType type, boolean again, Path from, Path to) {
    return new Quantization(type, again, 2).run(from, to, p -> {});
  }

  private static SyntheticLlama tiny() {
    var tokens = new ArrayList<String>();
    for (int i = 0; i < 300; i++) {
      tokens.add("t" + i);
    }
    return new SyntheticLlama(
        TINY, Metadata.EMPTY.with("tokenizer.ggml.tokens", GgufValue.strings(tokens)), 9);
  }

  private static TensorType type(GgufFile file, String name) {
    return file.find(name).orElseThrow().type();
  }

  private static float[] values(io.zaohua.model.file.TensorFile file, TensorInfo tensor) {
    byte[] stored = new byte[(int) tensor.bytes()];
    file.read(tensor, 0, MemorySegment.ofArray(stored));
    float[] values = new float[(int) tensor.elements()];
    Dequantizer.of(tensor.type())
        .decode(MemorySegment.ofArray(stored), 0, values.length, values, 0);
    return values;
  }

  private static float greatestDifference(float[] a, float[] b) {
    assertThat(a).hasSameSizeAs(b);
    float greatest = 0;
    for (int i = 0; i < a.length; i++) {
      greatest = Math.max(greatest, Math.abs(a[i] - b[i]));
    }
    return greatest;
  }
}
