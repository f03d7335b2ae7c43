package io.zaohua.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.zaohua.model.UserError;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SamplingOptionsTest {
  private static final SamplingOptions DEFAULTS = SamplingOptions.defaults();

  static Stream<Arguments> wrongValues() {
    return Stream.of(
        wrong("temperature is NaN", () -> DEFAULTS.withTemperature(Double.NaN)),
        wrong("top-k is -2", () -> DEFAULTS.withTopK(-2)),
        wrong("top-p is 1.5", () -> DEFAULTS.withTopP(1.5)),
        wrong("min-p is -0.1", () -> DEFAULTS.withMinP(-0.1)),
        wrong("typical is 2", () -> DEFAULTS.withTypicalP(2)),
        wrong("repetition-penalty is 0", () -> DEFAULTS.withRepetitionPenalty(0)),
        wrong("presence-penalty is 101", () -> DEFAULTS.withPresencePenalty(101)),
        wrong("frequency-penalty is -101", () -> DEFAULTS.withFrequencyPenalty(-101)),
        wrong("repeat-last-n is -2", () -> DEFAULTS.withPenaltyLastN(-2)),
        wrong("dry-multiplier is -1", () -> new SamplingOptions.Dry(-1, 1.75, 2, -1, List.of())),
        wrong("dry-base is 0.5", () -> new SamplingOptions.Dry(1, 0.5, 2, -1, List.of())),
        wrong(
            "dry-allowed-length is -1", () -> new SamplingOptions.Dry(1, 1.75, -1, -1, List.of())),
        wrong("dry-last-n is -2", () -> new SamplingOptions.Dry(1, 1.75, 2, -2, List.of())),
        wrong("xtc-probability is 1.1", () -> new SamplingOptions.Xtc(1.1, 0.1)),
        wrong("xtc-threshold is -1", () -> new SamplingOptions.Xtc(0.5, -1)),
        wrong("mirostat is 1", () -> new SamplingOptions.Mirostat(1, 5, 0.1)),
        wrong("mirostat-tau is -1", () -> new SamplingOptions.Mirostat(2, -1, 0.1)),
        wrong("mirostat-eta is 2", () -> new SamplingOptions.Mirostat(2, 5, 2)),
        wrong("logit-bias (token id) is -3", () -> DEFAULTS.withLogitBias(Map.of(-3, 1.0))),
        wrong("token 3 is NaN", () -> DEFAULTS.withLogitBias(Map.of(3, Double.NaN))));
  }

  @ParameterizedTest
  @MethodSource("wrongValues")
  void aValueOutsideItsRangeIsNamed(String named, ThrowingCallable making) {
    assertThatThrownBy(making).isInstanceOf(UserError.class).hasMessageContaining(named);
  }

  @Test
  void theMessageSaysTheRangeAndTheDefault() {
    assertThatThrownBy(() -> DEFAULTS.withTopP(1.5))
        .hasMessage(
            "The sampling option top-p is 1.5, but it must be between 0 and 1."
                + " Give a value in that range; the default is 0.95.");
  }

  @Test
  void theMessageSaysTheSameInChinese() {
    var error = catchThrowableOfType(UserError.class, () -> DEFAULTS.withTopP(1.5));
    assertThat(error.fact().chinese() + error.remedy().chinese())
        .isEqualTo("采样选项 top-p 的值为 1.5,但应在 0 与 1 之间。请改用该范围内的值;默认值为 0.95。");
  }

  @Test
  void greedyIsTemperatureZero() {
    assertThat(SamplingOptions.greedy()).isEqualTo(DEFAULTS.withTemperature(0));
  }

  @Test
  void negativeInfinityForbidsAToken() {
    var options = DEFAULTS.withLogitBias(Map.of(3, Double.NEGATIVE_INFINITY));
    assertThat(options.logitBias()).containsOnlyKeys(3);
  }

  private static Arguments wrong(String named, ThrowingCallable making) {
    return Arguments.of(named, making);
  }
}
