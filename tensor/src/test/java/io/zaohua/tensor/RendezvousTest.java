package io.zaohua.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RendezvousTest {
  private static Map<String, String> torchrun() {
    return new HashMap<>(
        Map.of(
            "RANK", "3",
            "WORLD_SIZE", "4",
            "LOCAL_RANK", "1",
            "LOCAL_WORLD_SIZE", "2",
            "MASTER_ADDR", "10.0.0.7",
            "MASTER_PORT", "29500"));
  }

  @Test
  void torchrunsEnvironmentIsRead() {
    Rendezvous place = Rendezvous.of(torchrun()).orElseThrow();
    assertThat(place.rank()).isEqualTo(3);
    assertThat(place.size()).isEqualTo(4);
    assertThat(place.localRank()).isEqualTo(1);
    assertThat(place.localSize()).isEqualTo(2);
    assertThat(place.host()).isEqualTo("10.0.0.7");
    assertThat(place.port()).isEqualTo(29500);
    assertThat(place.attempt()).isEmpty();
  }

  @Test
  void withoutRankAndSizeAProcessIsAlone() {
    assertThat(Rendezvous.of(Map.of("MASTER_ADDR", "10.0.0.7"))).isEmpty();
  }

  @Test
  void kubernetesGivesNoLocalRank() {
    Map<String, String> environment = torchrun();
    environment.remove("LOCAL_RANK");
    environment.remove("LOCAL_WORLD_SIZE");
    Rendezvous place = Rendezvous.of(environment).orElseThrow();
    assertThat(place.localRank()).isZero();
    assertThat(place.localSize()).isEqualTo(1);
  }

  @Test
  void theStoreOfTorchrunsAgentIsUsedWhereThereIsOne() {
    Map<String, String> environment = torchrun();
    environment.put("TORCHELASTIC_USE_AGENT_STORE", "True");
    environment.put("TORCHELASTIC_RESTART_COUNT", "2");
    assertThat(Rendezvous.of(environment).orElseThrow().attempt()).contains("/worker/attempt_2");
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThatThrownBy(() -> Rendezvous.of(Map.of("RANK", "0", "MASTER_PORT", "29500")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("lacks WORLD_SIZE, MASTER_ADDR");
  }

  @ParameterizedTest
  @CsvSource({
    "RANK, 4, from 0 to below WORLD_SIZE 4",
    "RANK, one, a whole number",
    "WORLD_SIZE, 0, from 0 to below WORLD_SIZE 0",
    "LOCAL_RANK, 2, from 0 to below LOCAL_WORLD_SIZE 2",
    "MASTER_PORT, 70000, a port from 1 to 65535",
  })
  void whatMakesNoSenseIsOneSentence(String name, String value, String expected) {
    Map<String, String> environment = torchrun();
    environment.put(name, value);
    assertThatThrownBy(() -> Rendezvous.of(environment))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(expected);
  }
}
