package io.zaohua.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.zaohua.model.UserError;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNameTest {
  private static ModelName parse(String text) {
    return ModelName.parse(text, Catalogue.shipped());
  }

  @Test
  void readsRepositoryRevisionAndFile() {
    assertThat(parse("hf:a/b@refs/pr/1:c/d.gguf"))
        .isEqualTo(
            new ModelName.Hosted(
                Site.HUGGING_FACE, "a/b", Optional.of("refs/pr/1"), Optional.of("c/d.gguf")));
  }

  @Test
  void readsModelScope() {
    assertThat(parse("modelscope:a/b"))
        .isEqualTo(
            new ModelName.Hosted(Site.MODELSCOPE, "a/b", Optional.empty(), Optional.empty()));
  }

  @Test
  void readsWhatItWrites() {
    assertThat(parse("hf:a/b@v1:c.gguf")).hasToString("hf:a/b@v1:c.gguf");
  }

  @Test
  void knowsAliasesInAnyCase() {
    assertThat(parse("SmolLM2-135M")).isEqualTo(parse("smollm2:135m"));
  }

  @Test
  void takesAFileThatExists(@TempDir Path folder) {
    assertThat(parse(folder.toString())).isEqualTo(new ModelName.Local(folder));
  }

  @Test
  void pointsFromOwnerAndNameToTheHub() {
    UserError error = catchThrowableOfType(UserError.class, () -> parse("maker/model"));
    assertThat(error.getMessage()).contains("hf:maker/model");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hf:",
        "hf:../etc",
        "hf:a/b@../../x",
        "hf:a/b:../x",
        "hf:a/b:/etc/passwd",
        "hf:a--b/c",
        "hf:a/b/c",
        "modelscope:a/b@x/y"
      })
  void refuses(String text) {
    UserError error = catchThrowableOfType(UserError.class, () -> parse(text));
    assertThat(error.kind()).isEqualTo(UserError.Kind.USAGE);
  }
}
