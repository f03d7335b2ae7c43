package io.zaohua.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as token ids. */
final class TokenizeTest {
  @Test
  void aJsonArrayOfIds() {
    assertThat(Tokenize.ids(" [0, 9,3]\n", 10)).containsExactly(0, 9, 3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "1",
        "[1",
        "{\"a\": 1}",
        "[10]",
        "[-1]",
        "[1.5]",
        "[\"1\"]",
        "[99999999999]"
      })
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> Tokenize.ids(text, 10)).isInstanceOf(UserError.class);
  }
}
