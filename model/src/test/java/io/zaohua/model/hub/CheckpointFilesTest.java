package io.zaohua.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckpointFilesTest {
  private static CheckpointFiles choose(String... files) throws SourceFailure {
    return CheckpointFiles.choose("a/b", List.of(files), Optional.empty());
  }

  @Test
  void prefersQ4KM() throws Exception {
    assertThat(choose("a-Q8_0.gguf", "a-q4_k_m.gguf", "a-F16.gguf").main())
        .contains("a-q4_k_m.gguf");
  }

  @Test
  void asksWhenNoneIsQ4KM() {
    SourceFailure failure =
        catchThrowableOfType(SourceFailure.class, () -> choose("a-Q8_0.gguf", "a-F16.gguf"));
    assertThat(failure.error().getMessage()).contains("a-Q8_0.gguf, a-F16.gguf");
  }

  @Test
  void passesProjectorsBy() throws Exception {
    assertThat(choose("mmproj-a.gguf", "a.gguf").main()).contains("a.gguf");
  }

  @Test
  void takesAllPartsOfASplitFile() throws Exception {
    assertThat(choose("a-00001-of-00002.gguf", "a-00002-of-00002.gguf").files())
        .containsExactly("a-00001-of-00002.gguf", "a-00002-of-00002.gguf");
  }

  @Test
  void prefersShardsToTheirUnion() throws Exception {
    assertThat(
            choose(
                    "model.safetensors",
                    "model-00001-of-00001.safetensors",
                    "model.safetensors.index.json")
                .files())
        .containsExactly("model.safetensors.index.json", "model-00001-of-00001.safetensors");
  }

  @Test
  void leavesTheMakersOwnFormatOut() throws Exception {
    assertThat(choose("consolidated.safetensors", "model.safetensors").files())
        .containsExactly("model.safetensors");
  }

  @Test
  void seesAMissingPart() {
    assertThat(CheckpointFiles.complete(List.of("a-00001-of-00002.gguf"), Optional.empty()))
        .isEmpty();
  }
}
