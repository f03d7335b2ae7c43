package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.tensor.Rendezvous;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The manifest of docs/guide against what Kubeflow's training operator expects and gives. */
final class ManifestTest {
  private static final Node JOB = manifest();

  /** A part of the manifest. */
  private record Node(Object value) {
    Node at(String key) {
      assertThat(value).isInstanceOf(Map.class);
      assertThat(((Map<?, ?>) value).containsKey(key)).as(key).isTrue();
      return new Node(((Map<?, ?>) value).get(key));
    }

    Node only() {
      assertThat(value).isInstanceOf(List.class);
      assertThat((List<?>) value).hasSize(1);
      return new Node(((List<?>) value).getFirst());
    }

    int number() {
      return ((Number) value).intValue();
    }
  }

  private static Node manifest() {
    Path file = Path.of(System.getProperty("zaohua.root"), "docs/guide/cluster/pytorchjob.yaml");
    try {
      return new Node(
          new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file)));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Node replicas(String kind) {
    return JOB.at("spec").at("pytorchReplicaSpecs").at(kind);
  }

  private static Node container(String kind) {
    return replicas(kind).at("template").at("spec").at("containers").only();
  }

  @Test
  void itIsAPyTorchJobWithOneMaster() {
    assertThat(JOB.at("apiVersion").value()).isEqualTo("kubeflow.org/v1");
    assertThat(JOB.at("kind").value()).isEqualTo("PyTorchJob");
    assertThat(replicas("Master").at("replicas").number()).isEqualTo(1);
    assertThat(replicas("Worker").at("replicas").number()).isPositive();
  }

  @Test
  void podsRunTheCommandUnderTheNamesTheOperatorLooksFor() {
    for (String kind : List.of("Master", "Worker")) {
      Node container = container(kind);
      assertThat(container.at("name").value()).isEqualTo("pytorch");
      assertThat(container.at("image").value()).isEqualTo("zaohua:0.1.0");
      assertThat((List<?>) container.at("command").value())
          .map(Object::toString)
          .contains("train", "--resume")
          .noneMatch(word -> word.equals("--processes"));
      assertThat(container.at("ports").only().at("name").value()).isEqualTo("pytorchjob-port");
      assertThat(replicas(kind).at("restartPolicy").value()).isEqualTo("OnFailure");
    }
  }

  @Test
  void theOperatorsVariablesAreLeftToIt() {
    assertThat((List<?>) container("Master").at("env").value())
        .map(e -> String.valueOf(((Map<?, ?>) e).get("name")))
        .doesNotContain("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT");
  }

  @Test
  void everyPodOfItIsAProcessOfTheRun() {
    int size = 1 + replicas("Worker").at("replicas").number();
    int port = container("Master").at("ports").only().at("containerPort").number();
    for (int rank = 0; rank < size; rank++) {
      var given =
          Map.of(
              "RANK", Integer.toString(rank),
              "WORLD_SIZE", Integer.toString(size),
              "MASTER_ADDR", "zaohua-train-master-0",
              "MASTER_PORT", Integer.toString(port));
      Rendezvous place = Rendezvous.of(given).orElseThrow();
      assertThat(place.rank()).isEqualTo(rank);
      assertThat(place.size()).isEqualTo(size);
      assertThat(place.localSize()).isEqualTo(1);
    }
  }
}
