package io.zaohua.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every example runs in a process of its own, on the real checkpoint it names itself. */
@Tag("slow")
final class ExamplesTest {
  @ParameterizedTest
  @CsvSource({
    "GenerateText, Paris",
    "ChatOnce, '(?s)\\w.*\\[\\d+ tokens]'",
    "Similarity, A kitten is napping",
    "OwnSampler, '\\A[^e]*[a-z][^e]*\\z'",
    "LoraIn40Lines, mei lin",
    "GptFromScratch, unseen sums are right"
  })
  void itEndsWellAndSaysWhatItShould(String example, String said) throws Exception {
    assertThat(Example.run(example)).containsPattern(said);
  }
}
