package io.zaohua.app.verse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ScriptTest {
  @Test
  void aTextTellsItsScript() {
    assertThat(Script.of("五绝 春望")).isEqualTo(Script.SIMPLIFIED);
    assertThat(Script.of("五絕 春望")).isEqualTo(Script.TRADITIONAL);
  }

  @Test
  void whatIsAskedInSimplifiedIsAnsweredSo() {
    assertThat(Script.SIMPLIFIED.toTraditional("云开见月")).isEqualTo("雲開見月");
    assertThat(Script.SIMPLIFIED.fromTraditional("雲開見月，")).isEqualTo("云开见月，");
    assertThat(Script.TRADITIONAL.fromTraditional("雲開見月")).isEqualTo("雲開見月");
  }
}
