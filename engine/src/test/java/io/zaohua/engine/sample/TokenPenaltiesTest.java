package io.zaohua.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenPenaltiesTest {
  private static final TokenHistory CONTEXT = TokenHistory.of(0, 1, 1, 3, 1);

  @Test
  void repetitionDividesPositiveAndMultipliesNegativeLogits() {
    assertThat(after(new SamplingOptions.Penalties(2, 0, 0, -1), 4, -4, 4, 0))
        .containsExactly(2, -8, 4, 0);
  }

  @Test
  void presenceIsTakenOffOnce() {
    assertThat(after(new SamplingOptions.Penalties(1, 0.5, 0, -1), 1, 1, 1, 1))
        .containsExactly(0.5f, 0.5f, 1, 0.5f);
  }

  @Test
  void frequencyIsTakenOffForEachTime() {
    assertThat(after(new SamplingOptions.Penalties(1, 0, 0.25, -1), 1, 1, 1, 1))
        .containsExactly(0.75f, 0.25f, 1, 0.75f);
  }

  @Test
  void allThreeAddUp() {
    // token 1: 6 / 1.5 - 3 * 0.25 - 0.5
    assertThat(after(new SamplingOptions.Penalties(1.5, 0.5, 0.25, -1), 0, 6, 6, 6)[1])
        .isEqualTo(2.75f);
  }

  @Test
  void onlyTheLastTokensCount() {
    assertThat(after(new SamplingOptions.Penalties(1, 0, 1, 2), 5, 5, 5, 5))
        .containsExactly(5, 4, 5, 4);
  }

  @Test
  void aForbiddenTokenStaysForbidden() {
    assertThat(
            after(new SamplingOptions.Penalties(2, 1, 1, -1), Float.NEGATIVE_INFINITY, 0, 0, 0)[0])
        .isEqualTo(Float.NEGATIVE_INFINITY);
  }

  private static float[] after(SamplingOptions.Penalties options, float... logits) {
    new TokenPenalties(options).apply(logits, CONTEXT);
    return logits;
  }
}
