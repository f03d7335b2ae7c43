package io.zaohua.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.model.spec.Parts;
import io.zaohua.model.weights.View;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("golden")
class CheckpointGoldenTest {

  static List<Path> models() {
    return Goldens.models();
  }

  @ParameterizedTest
  @MethodSource("models")
  void opensWithEveryPartInItsShape(Path model) {
    try (var checkpoint = Checkpoint.open(model)) {
      for (var part : Parts.of(checkpoint.spec()).entrySet()) {
        var size = part.getValue();
        assertThat(checkpoint.weights().floats(part.getKey()))
            .as(part.getKey())
            .hasSize(Math.toIntExact(size.rows() * size.columns()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyTensorOfTheFileBelongsToAPart(Path model) {
    try (var checkpoint = Checkpoint.open(model)) {
      var used =
          checkpoint.table().views().values().stream()
              .map(View::tensor)
              .collect(Collectors.toSet());
      assertThat(checkpoint.tensors().tensors()).extracting(t -> t.name()).hasSameElementsAs(used);
    }
  }
}
