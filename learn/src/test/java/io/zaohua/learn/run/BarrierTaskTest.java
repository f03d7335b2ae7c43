package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.tensor.Rendezvous;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BarrierTaskTest {
  private static final List<String> TASKS =
      List.of("a.example:40001", "b.example:40001", "a.example:40002", "[fd00::7]:40001");

  @Test
  void aTaskBecomesAProcessOfTorchrunsContract() {
    Rendezvous place = Rendezvous.of(new BarrierTask(2, TASKS, 29500).environment()).orElseThrow();
    assertThat(place.rank()).isEqualTo(2);
    assertThat(place.size()).isEqualTo(4);
    assertThat(place.localRank()).isEqualTo(1);
    assertThat(place.localSize()).isEqualTo(2);
    assertThat(place.host()).isEqualTo("a.example");
    assertThat(place.port()).isEqualTo(29500);
  }

  @Test
  void addressesMayBeBareOrOfTheSixthVersion() {
    assertThat(new BarrierTask(0, List.of("[fd00::7]:40001"), 1).environment())
        .containsEntry("MASTER_ADDR", "fd00::7");
    assertThat(new BarrierTask(0, List.of("fd00::7"), 1).environment())
        .containsEntry("MASTER_ADDR", "fd00::7");
    assertThat(new BarrierTask(0, List.of("a"), 1).environment()).containsEntry("MASTER_ADDR", "a");
  }

  @Test
  void theCommandSeesTheEnvironmentAndItsCodeComesBack() throws Exception {
    BarrierTask task = new BarrierTask(3, TASKS, 29500);
    assertThat(task.run(List.of("bash", "-c", "exit $((RANK * 10 + WORLD_SIZE))"))).isEqualTo(34);
  }

  @Test
  void aTaskWithoutAnAddressIsRefused() {
    assertThatThrownBy(() -> new BarrierTask(4, TASKS, 29500)).hasMessageContaining("not one of");
  }
}
