package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.learn.recipe.Recipe;
import io.zaohua.model.adapter.Adapter;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.file.TensorSource;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.GgufWriter;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.quant.SyntheticLlama;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that go on from a GGUF file. */
final class GgufBaseTest {
  @TempDir private Path folder;
  private Path base = Path.of("");

  @BeforeEach
  void write() throws IOException {
    List<String> tokens = new ArrayList<>(List.of("<end>", "ab"));
    for (char c = 'a'; c <= 'z'; c++) {
      tokens.add(String.valueOf(c));
    }
    int[] types = new int[tokens.size()];
    java.util.Arrays.fill(types, 1);
    types[0] = 3;
    Metadata tokenizer =
        Metadata.EMPTY
            .with("tokenizer.ggml.model", GgufValue.text("gpt2"))
            .with("tokenizer.ggml.pre", GgufValue.text("gpt-2"))
            .with("tokenizer.ggml.tokens", GgufValue.strings(tokens))
            .with("tokenizer.ggml.token_type", GgufValue.ints(types))
            .with("tokenizer.ggml.merges", GgufValue.strings(List.of("a b")))
            .with("tokenizer.ggml.eos_token_id", GgufValue.u32(0));
    var model = new SyntheticLlama(new SyntheticLlama.Shape(1, 16, 24, 4, 2, 64), tokenizer, 3);
    base = folder.resolve("base.gguf");
    GgufWriter.of(model.metadata(), model.tensors()).write(base, TensorSource.of(model));
    Files.writeString(folder.resolve("text.txt"), "abcabc\nxyzabz\n".repeat(8));
  }

  private Path train(String method) throws IOException {
    Path recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            """
            model: '%s'
            method: %s
            data: {file: text.txt, separator: line, length: 16}
            batch: 2
            steps: 1
            output: '%s'
            """
                .formatted(base, method, folder.resolve("run")));
    return Training.run(Recipe.read(recipe, List.of()), false, new Quiet());
  }

  @Test
  void anAdapterIsNamedAfterTransformersModulesAndFitsTheFile() throws IOException {
    Path adapter = train("{name: lora, rank: 2}");

    try (Checkpoint checkpoint = Checkpoint.open(base)) {
      assertThat(Adapter.read(adapter, 1, checkpoint).additions())
          .containsKeys("layers.0.q.weight", "layers.0.o.weight", "layers.0.down.weight")
          .hasSize(7);
    }
    assertThat(Files.readString(adapter.resolve("adapter_config.json"))).contains("q_proj");
  }

  @Test
  void aWholeModelHasTheFilesTokenizer() throws IOException {
    Path model = train("full");

    try (Checkpoint before = Checkpoint.open(base);
        Checkpoint after = Checkpoint.open(model)) {
      var tokenizer = after.tokenizer().orElseThrow();
      assertThat(tokenizer.encode("abcxab<end>", true))
          .isEqualTo(before.tokenizer().orElseThrow().encode("abcxab<end>", true));
      assertThat(after.generation().endTokens()).containsExactly(0);
    }
  }
}
