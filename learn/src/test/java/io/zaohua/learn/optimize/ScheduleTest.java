package io.zaohua.learn.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class ScheduleTest {
  @Test
  void theCosineBeginsAtThePeakAndEndsOnTheFloor() {
    Schedule schedule = Schedule.cosine(2, 1, 10);
    assertThat(schedule.rate(0)).isEqualTo(2);
    assertThat(schedule.rate(5)).isCloseTo(1.5, within(1e-12));
    assertThat(schedule.rate(10)).isEqualTo(1);
    assertThat(schedule.rate(99)).isEqualTo(1);
  }

  @Test
  void warmingUpClimbsInEqualStairs() {
    Schedule schedule = Schedule.constant(3).warmedUp(3, 3);
    assertThat(schedule.rate(0)).isEqualTo(1);
    assertThat(schedule.rate(1)).isEqualTo(2);
    assertThat(schedule.rate(2)).isEqualTo(3);
    assertThat(schedule.rate(3)).isEqualTo(3);
  }

  @Test
  void aStableScheduleFallsOnlyAtTheEnd() {
    Schedule schedule = Schedule.stableThenDecay(1, 0, 4, 2);
    assertThat(schedule.rate(3)).isEqualTo(1);
    assertThat(schedule.rate(5)).isEqualTo(0.5);
    assertThat(schedule.rate(6)).isZero();
  }
}
