package io.zaohua.learn.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses as another implementation computed them. */
@Tag("golden")
final class PreferenceGoldenTest {
  private static Path file() {
    String given = System.getProperty("goldens", "");
    Path all = given.isBlank() ? Path.of("src/test/resources/goldens") : Path.of(given);
    return all.resolve("training/preference.safetensors");
  }

  static Stream<Arguments> losses() {
    if (!Files.exists(file())) {
      System.out.println("no goldens in " + file());
      return Stream.of();
    }
    return Stream.of(
        Arguments.of("dpo_sigmoid", PreferenceLoss.dpo(0.1)),
        Arguments.of("dpo_hinge", PreferenceLoss.hinge(0.1)),
        Arguments.of("ipo", PreferenceLoss.ipo(0.1)),
        Arguments.of("simpo_gamma0.5_beta2", PreferenceLoss.simpo(2, 0.5)),
        Arguments.of("orpo_odds", PreferenceLoss.orpo()));
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("losses")
  void theLossIsTheOtherOnes(String name, PreferenceLoss loss) {
    try (SafetensorsFile file = SafetensorsFile.open(file());
        Scope _ = Scope.open("test")) {
      assertThat(loss.apply(pairs(file)).toFloats())
          .containsExactly(tensor(file, name).toFloats(), offset(1e-5f));
    }
  }

  @Test
  void aLossThatNeedsAReferenceSaysSo() {
    try (Scope _ = Scope.open("test")) {
      Tensor one = Tensors.ones(DType.F32, 1);
      Pairs alone = new Pairs(one.neg(), one.neg(), one, one, Optional.empty());
      assertThat(PreferenceLoss.simpo(2, 0).apply(alone).item()).isPositive();
      assertThatThrownBy(() -> PreferenceLoss.dpo(0.1).apply(alone))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("reference model");
    }
  }

  private static Pairs pairs(SafetensorsFile file) {
    return new Pairs(
        tensor(file, "policy_chosen"),
        tensor(file, "policy_rejected"),
        tensor(file, "len_chosen"),
        tensor(file, "len_rejected"),
        Optional.of(new Pairs.Reference(tensor(file, "ref_chosen"), tensor(file, "ref_rejected"))));
  }

  private static Tensor tensor(SafetensorsFile file, String name) {
    var info = file.find(name).orElseThrow();
    MemorySegment bytes = Arena.ofAuto().allocate(info.bytes(), 8);
    file.read(info, 0, bytes);
    return Tensors.of(bytes, DType.F32, info.shape().get(0));
  }
}
