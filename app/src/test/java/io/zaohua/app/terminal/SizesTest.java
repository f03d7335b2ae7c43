package io.zaohua.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes as people read them. */
final class SizesTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.0 kB",
    "98899999, 98.9 MB",
    "999999999, 1.0 GB",
    "9223372036854775807, 9.2 EB"
  })
  void unitsAreDecimal(long bytes, String text) {
    assertThat(Sizes.of(bytes)).isEqualTo(text);
  }
}
