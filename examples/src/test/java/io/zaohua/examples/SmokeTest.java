package io.zaohua.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Examples that train, in small: the loss falls or the reward rises, and they end well. */
@Tag("learning")
final class SmokeTest {
  private static final Pattern REWARD = Pattern.compile("reward (\\d+\\.\\d+)");
  private static final Pattern LOSS = Pattern.compile("loss (\\d+\\.\\d+)");

  @ParameterizedTest
  @CsvSource({"GptFromScratch, 0.5", "LoraIn40Lines, 0.9"})
  void theLossFalls(String example, double share) throws Exception {
    String said = Example.run(example, "--smoke");

    List<Double> losses =
        LOSS.matcher(said).results().map(found -> Double.valueOf(found.group(1))).toList();
    assertThat(losses.size()).isGreaterThan(5);
    assertThat(losses.getLast()).isLessThan(share * losses.getFirst());
  }

  @Test
  void theRewardRises() throws Exception {
    String said = Example.run("GrpoOnArithmetic", "--smoke");

    List<Double> rewards =
        REWARD.matcher(said).results().map(found -> Double.valueOf(found.group(1))).toList();
    assertThat(rewards).hasSize(4);
    assertThat(rewards.getLast()).isGreaterThan(rewards.getFirst() + 0.15);
  }
}
