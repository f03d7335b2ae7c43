package io.zaohua.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PreTokenizerNamesTest {
  static Stream<String> names() {
    return PreTokenizerNames.NAMES.stream();
  }

  private static PreTokenizer of(String name) {
    return new PreTokenizer.Sequence(
        PreTokenizerNames.expressions(name).orElseThrow().stream()
            .map(GgufTokenizer::isolating)
            .toList());
  }

  private static List<String> words(PreTokenizer splitter, String text) {
    var words = new ArrayList<String>();
    splitter.split(text, true, words);
    return words;
  }

  @ParameterizedTest
  @MethodSource("names")
  void wordsJoinedGiveTheText(String name) {
    var splitter = of(name);
    var random = new Random(5);
    for (int i = 0; i < 50; i++) {
      String text = RandomText.of(random, 40);
      assertThat(String.join("", words(splitter, text))).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void aLongRunOfOneLetterIsNoTrouble(String name) {
    assertThat(words(of(name), "a".repeat(200_000))).isNotEmpty();
  }

  @Test
  void theScannersEqualTheirExpressions() {
    var random = new Random(6);
    for (String name : List.of("llama-bpe", "qwen2", "qwen35", "gpt-2", "ufakzeka")) {
      String expression = PreTokenizerNames.expressions(name).orElseThrow().getFirst();
      var regex =
          new PreTokenizer.Split(
              SplitPattern.regex(expression), PreTokenizer.Behavior.ISOLATED, false);
      assertThat(WordScanner.of(expression)).isPresent();
      for (int i = 0; i < 300; i++) {
        String text = RandomText.of(random, 40);
        assertThat(words(GgufTokenizer.isolating(expression), text))
            .as(name)
            .isEqualTo(words(regex, text));
      }
    }
  }
}
