package io.zaohua.model.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.checkpoint.Goldens;
import io.zaohua.model.spec.Parts;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("golden")
class RoundTripGoldenTest {
  @TempDir Path folder;

  static List<Path> models() {
    return Goldens.models();
  }

  @ParameterizedTest
  @MethodSource("models")
  void throughGgufSpecAndWeightsStayTheSame(Path model) {
    var gguf = folder.resolve("model.gguf");
    try (var before = Checkpoint.open(model)) {
      Conversion.toGguf(before, gguf, Optional.empty());
      try (var after = Checkpoint.open(gguf)) {
        assertSame(before, after);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void backToSafetensorsSpecAndWeightsStayTheSame(Path model) {
    var gguf = folder.resolve("model.gguf");
    var again = folder.resolve("again");
    try (var before = Checkpoint.open(model)) {
      Conversion.toGguf(before, gguf, Optional.empty());
      try (var middle = Checkpoint.open(gguf)) {
        Conversion.toSafetensors(middle, again, Optional.empty());
        try (var after = Checkpoint.open(again)) {
          assertSame(middle, after);
          assertThat(after.tensors().tensors())
              .containsExactlyInAnyOrderElementsOf(before.tensors().tensors());
        }
      }
    }
  }

  private static void assertSame(Checkpoint before, Checkpoint after) {
    assertThat(after.spec()).isEqualTo(before.spec());
    for (var part : Parts.of(before.spec()).keySet()) {
      assertThat(after.weights().floats(part)).as(part).isEqualTo(before.weights().floats(part));
    }
  }
}
