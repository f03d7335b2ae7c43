package io.zaohua.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenizerTest {
  private static final Tokenizer SMOL = SmolLm2.TOKENIZER;

  @Test
  void controlTokensInTextAreParsedOnlyOnRequest() {
    assertThat(SMOL.encode("<|im_start|>", true)).containsExactly(1);
    assertThat(SMOL.encode("<|im_start|>", false)).hasSizeGreaterThan(1);
  }

  @Test
  void generationEndsAtEosAndAtTheTurnsEnd() {
    assertThat(SMOL.ends()).contains(0, 2);
    assertThat(SMOL.special(2)).isTrue();
    assertThat(SMOL.special(100)).isFalse();
  }

  @Test
  void anyTextComesBack() {
    var random = new Random(7);
    for (int round = 0; round < 200; round++) {
      String text = RandomText.of(random, 60);
      assertThat(SMOL.decode(SMOL.encode(text, false))).isEqualTo(text);
    }
  }

  @Test
  void aMegabyteOfOneLetterIsSplit() {
    String text = "a".repeat(1_000_000);
    assertThat(SMOL.decode(SMOL.encode(text, false))).isEqualTo(text);
  }

  @Test
  void loneSurrogatesAreReplaced() {
    assertThat(SMOL.decode(SMOL.encode("a\uD800b", false))).isEqualTo("a\uFFFDb");
  }

  @Test
  void idsOutsideTheVocabularyAreRefused() {
    assertThatThrownBy(() -> SMOL.decode(new int[] {SMOL.vocabularySize()}))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("49152");
    assertThatThrownBy(() -> SMOL.piece(-1)).isInstanceOf(UserError.class);
  }

  @Test
  void emptyTextHasNoIds() {
    assertThat(SMOL.encode("", true)).isEmpty();
    assertThat(SMOL.decode(new int[0])).isEmpty();
  }
}
