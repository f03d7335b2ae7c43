package io.zaohua.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class Utf8Test {
  private static final Message SOURCE = new Message("The text", "文本");

  @Test
  void everyCharacterArrives() {
    String text = "天 \uD83D\uDE00\u0000\r\n";

    assertThat(Utf8.decode(text.getBytes(StandardCharsets.UTF_8), SOURCE)).isEqualTo(text);
  }

  @Test
  void anotherEncodingIsRefusedWithItsPlace() {
    byte[] chinese = "a天地".getBytes(Charset.forName("GB18030"));

    assertThatThrownBy(() -> Utf8.decode(chinese, SOURCE))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("byte 1")
        .hasMessageContaining("iconv");
  }

  @Test
  void aCharacterCutAtTheEndIsRefused() {
    assertThatThrownBy(() -> Utf8.decode(new byte[] {'a', (byte) 0xe5, (byte) 0xa4}, SOURCE))
        .isInstanceOf(UserError.class);
  }

  @Test
  void aFolderIsNoText(@TempDir Path folder) {
    assertThatThrownBy(() -> Utf8.read(folder)).hasMessageContaining("is a folder");
  }

  @Test
  void aMissingFileIsNamed(@TempDir Path folder) {
    assertThatThrownBy(() -> Utf8.read(folder.resolve("x"))).hasMessageContaining("There is no");
  }
}
