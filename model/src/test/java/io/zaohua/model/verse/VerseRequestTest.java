package io.zaohua.model.verse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class VerseRequestTest {
  @ParameterizedTest
  @CsvSource({
    "五绝 春望, WUJUE, 春望",
    "五絕　春望, WUJUE, 春望",
    "五言绝句：春望, WUJUE, 春望",
    "七律《登高》, QILV, 登高",
    "词 水調歌頭, CI, 水調歌頭",
  })
  void aFormAndATitle(String prompt, Form form, String title) {
    var request = VerseRequest.of(prompt);
    assertThat(request.form()).isEqualTo(form);
    assertThat(request.prompt()).isEqualTo("<s>" + title + form.token());
  }

  @Test
  void aTitleAloneBecomesAQuatrainOfFive() {
    assertThat(VerseRequest.of("春江花月夜").prompt()).isEqualTo("<s>春江花月夜<|五絕|>");
  }

  @Test
  void aWordThatOnlyBeginsLikeAFormIsATitle() {
    assertThat(VerseRequest.of("五律堂前").prompt()).isEqualTo("<s>五律堂前<|五絕|>");
  }

  @Test
  void aFormAlone() {
    assertThat(VerseRequest.of("五绝").prompt()).isEqualTo("<s><|五絕|>");
  }

  @Test
  void punctuationMakesAFirstLineWhoseLengthTellsTheForm() {
    assertThat(VerseRequest.of("床前明月光,").prompt()).isEqualTo("<s><|五絕|>床前明月光，");
  }

  @Test
  void anOpeningThatEndsASentenceGoesOnInANewRow() {
    assertThat(VerseRequest.of("七绝\n朝辭白帝彩雲間，千里江陵一日還。").prompt())
        .isEqualTo("<s><|七絕|>朝辭白帝彩雲間，千里江陵一日還。\n");
  }

  @Test
  void aTitleInTheRowBefore() {
    assertThat(VerseRequest.of("五絕 靜夜思\n牀前明月光，").prompt()).isEqualTo("<s>靜夜思<|五絕|>牀前明月光，");
  }

  @ParameterizedTest
  @ValueSource(strings = {"The capital of France is", "", "  ", "。。", "五绝 spring", "春<s>"})
  void whatIsNoChineseGetsOneSentence(String prompt) {
    assertThatThrownBy(() -> VerseRequest.of(prompt))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Chinese characters only");
  }

  @Test
  void aLongTitleIsRefused() {
    assertThatThrownBy(() -> VerseRequest.of("春".repeat(17)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("17 characters");
  }

  @Test
  void formsByLinesAndCharacters() {
    assertThat(Form.of(List.of("白日依山盡", "黃河入海流", "欲窮千里目", "更上一層樓"))).contains(Form.WUJUE);
    assertThat(Form.of(List.of("白日依山盡", "黃河入海流", "欲窮千里目"))).isEmpty();
    assertThat(Form.of(List.of("君不見", "黃河之水天上來", "奔流到海不復回"))).contains(Form.ZAYAN);
    assertThat(Form.of(java.util.Collections.nCopies(12, "七字之句七字句"))).contains(Form.QIGU);
  }

  @Test
  void coupletsAreRows() {
    assertThat(Verse.couplets(List.of("一", "二", "三", "四"))).isEqualTo("一，二。\n三，四。");
    assertThat(Verse.lines("一，二。\n三，四。")).containsExactly("一", "二", "三", "四");
  }
}
