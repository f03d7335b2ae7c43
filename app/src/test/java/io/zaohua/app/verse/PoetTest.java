package io.zaohua.app.verse;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.app.Run;
import io.zaohua.model.verse.Form;
import io.zaohua.model.verse.Verse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The embedded model as people ask it. */
final class PoetTest {

  private static String poem(String... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.code()).as(run.err()).isZero();
    return run.out();
  }

  @ParameterizedTest
  @CsvSource({
    "五绝 春望, WUJUE",
    "七绝 江雪, QIJUE",
    "五律 登樓, WULV",
    "七律 秋興, QILV",
    "'床前明月光，', WUJUE",
    "'千山鳥飛絕,', WUJUE"
  })
  void mostPoemsHaveTheFormAskedFor(String prompt, Form form) {
    int fitting = 0;
    for (int seed = 1; seed <= 5; seed++) {
      String said = poem("generate", "--seed", Integer.toString(seed), prompt);
      String whole = prompt.contains("，") || prompt.contains(",") ? prompt + said : said;
      fitting += form.fits(Verse.lines(whole.replace(',', '，'))) ? 1 : 0;
    }
    assertThat(fitting).isGreaterThanOrEqualTo(4);
  }

  @Test
  void theAnswerIsInTheScriptOfThePrompt() {
    String traditional = poem("generate", "-n", "200", "七律 秋興");
    String simplified = poem("generate", "-n", "200", "七律 秋兴");
    assertThat(Script.of(traditional)).isEqualTo(Script.TRADITIONAL);
    assertThat(simplified).isEqualTo(Script.SIMPLIFIED.fromTraditional(traditional));
  }

  @Test
  void theSamePromptGivesTheSamePoemAndAnotherSeedAnother() {
    String first = poem("generate", "春江花月夜");
    assertThat(poem("generate", "-m", "poet", "春江花月夜")).isEqualTo(first);
    assertThat(poem("generate", "--seed", "2", "春江花月夜")).isNotEqualTo(first);
  }

  @Test
  void otherTextsAreSentToOtherModels() {
    Run run = Run.of("generate", "hello");
    assertThat(run.code()).isNotZero();
    assertThat(run.err())
        .contains("such as smollm2:135m. Other models are named with -m.")
        .doesNotContain("Exception");
  }
}
