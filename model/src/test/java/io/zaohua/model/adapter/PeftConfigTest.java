package io.zaohua.model.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeftConfigTest {
  @TempDir private Path folder;

  private PeftConfig config(String json) throws IOException {
    Files.writeString(PeftConfig.in(folder), json);
    return PeftConfig.read(folder);
  }

  @Test
  void aModulesOwnAlphaGoesBeforeTheCommonOne() throws IOException {
    var config =
        config(
            """
            {"peft_type": "LORA", "lora_alpha": 16, "alpha_pattern": {"q_proj": 4}}""");
    assertThat(config.scale("model.layers.0.self_attn.q_proj", 8)).isEqualTo(0.5);
    assertThat(config.scale("model.layers.0.self_attn.k_proj", 8)).isEqualTo(2);
  }

  @Test
  void rsLoraDividesByTheRoot() throws IOException {
    assertThat(
            config("{\"peft_type\": \"LORA\", \"lora_alpha\": 8, \"use_rslora\": true}")
                .scale("q_proj", 16))
        .isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"lora_alpha\": \"x\"",
        "\"lora_alpha\": []",
        "\"lora_alpha\": 1e308",
        "\"alpha_pattern\": {\"q_proj\": true}"
      })
  void anAlphaThatIsNoNumberIsNamed(String key) throws IOException {
    var config = config("{\"peft_type\": \"LORA\", " + key + "}");
    assertThatThrownBy(() -> config.scale("q_proj", 8))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a number was expected");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "3", "{", "null"})
  void whatIsNoObjectIsRefused(String json) {
    assertThatThrownBy(() -> config(json))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is not a JSON object");
  }

  @Test
  void aBrokenPatternIsNamed() throws IOException {
    var config = config("{\"peft_type\": \"LORA\", \"alpha_pattern\": {\"q(\": 4}}");
    assertThatThrownBy(() -> config.scale("q_proj", 8))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the key q( in alpha_pattern");
  }
}
