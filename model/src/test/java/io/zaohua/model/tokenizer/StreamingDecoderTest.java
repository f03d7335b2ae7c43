package io.zaohua.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StreamingDecoderTest {
  private static int id(int unsignedByte) {
    return SmolLm2.TOKENIZER.id(String.valueOf(ByteAlphabet.character(unsignedByte))).orElseThrow();
  }

  @Test
  void holdsAnEmojiUntilItsLastByte() {
    var decoder = SmolLm2.TOKENIZER.stream(true, true);
    assertThat(decoder.accept(id(0xF0))).isEmpty();
    assertThat(decoder.accept(id(0x9F))).isEmpty();
    assertThat(decoder.accept(id(0x91))).isEmpty();
    assertThat(decoder.accept(id(0x8D))).isEqualTo("👍");
    assertThat(decoder.finish()).isEmpty();
  }

  @Test
  void aByteThatCannotGoOnIsReplacedAtOnce() {
    var decoder = SmolLm2.TOKENIZER.stream(true, true);
    assertThat(decoder.accept(id(0xE4))).isEmpty();
    assertThat(decoder.accept(id('a'))).isEqualTo("\uFFFDa");
    assertThat(decoder.accept(id(0xBD))).isEqualTo("\uFFFD");
  }

  @Test
  void halfACharacterAtTheEndIsOneReplacement() {
    var decoder = SmolLm2.TOKENIZER.stream(true, true);
    assertThat(decoder.accept(id(0xE4))).isEmpty();
    assertThat(decoder.accept(id(0xBD))).isEmpty();
    assertThat(decoder.finish()).isEqualTo("\uFFFD");
  }

  @Test
  void controlTokensAreLeftOutOnRequest() {
    int end = SmolLm2.TOKENIZER.eos().orElseThrow();
    assertThat(SmolLm2.TOKENIZER.stream(true, true).accept(end)).isEmpty();
    assertThat(SmolLm2.TOKENIZER.stream(true, false).accept(end)).isEqualTo("<|im_end|>");
  }

  @Test
  void piecesJoinedOneByOneGiveTheWholeText() {
    String text = "Ünïcödé 👍🏽👨‍👩‍👧 春江潮水 done";
    var decoder = SmolLm2.TOKENIZER.stream(true, false);
    var joined = new StringBuilder();
    for (int id : SmolLm2.TOKENIZER.encode(text, false)) {
      String part = decoder.accept(id);
      assertThat(part).doesNotContain("\uFFFD");
      joined.append(part);
    }
    assertThat(joined.append(decoder.finish())).hasToString(text);
  }
}
