package io.zaohua.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** PyTorch's CPU generator is MT19937: its first outputs for seed 0 are known. */
final class RngTest {
  private static final long[] MT19937_SEED_0 = {
    2357136044L, 2546248239L, 3071714933L, 3626093760L, 2588848963L
  };

  @Test
  void uniformNumbersAreTheLow24Bits() {
    try (Scope _ = Scope.open("test")) {
      float[] drawn = new Rng(0).uniform(DType.F32, 5).toFloats();
      for (int i = 0; i < 5; i++) {
        assertThat(drawn[i]).isEqualTo((MT19937_SEED_0[i] & 0xffffff) / (float) (1 << 24));
      }
    }
  }

  @Test
  void integersAreOutputsModuloTheirRange() {
    try (Scope _ = Scope.open("test")) {
      assertThat(new Rng(0).integers(0, 10, 5).toLongs())
          .containsExactly(Arrays.stream(MT19937_SEED_0).map(x -> x % 10).toArray());
    }
  }

  @Test
  void normalNumbersEqualThoseOfPyTorch() {
    try (Scope _ = Scope.open("test")) {
      float[] drawn = new Rng(0).normal(DType.F32, 3).toFloats(); // torch.manual_seed(0); randn(3)
      assertThat(drawn[0]).isCloseTo(1.5409961f, within(1e-6f));
      assertThat(drawn[1]).isCloseTo(-0.2934289f, within(1e-6f));
      assertThat(drawn[2]).isCloseTo(-2.1787894f, within(1e-6f));
    }
  }

  @Test
  void aSavedStateGoesOnWhereItWas() {
    try (Scope _ = Scope.open("test")) {
      Rng rng = new Rng(7);
      rng.normal(DType.F32, 5).close(); // an odd count leaves half a pair behind
      byte[] state = rng.state();
      float[] expected = rng.normal(DType.F32, 40).toFloats();
      Rng other = new Rng(99);
      other.restore(state);
      assertThat(state).hasSize(5056);
      assertThat(other.normal(DType.F32, 40).toFloats()).containsExactly(expected);
    }
  }

  @Test
  void aStateOfAnotherKindIsRefused() {
    try (Scope _ = Scope.open("test")) {
      assertThatThrownBy(() -> new Rng(1).restore(new byte[17]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("restore");
    }
  }

  @Test
  void aPermutationHoldsEachNumberOnce() {
    try (Scope _ = Scope.open("test")) {
      assertThat(new Rng(3).permutation(6).toLongs()).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
    }
  }

  @Test
  void dropoutKeepsTheExpectation() {
    try (Scope _ = Scope.open("test")) {
      Tensor x = Tensors.ones(DType.F32, 10_000);
      Tensor dropped = Functional.dropout(x, 0.25, new Rng(5));
      assertThat(dropped.mean().item()).isCloseTo(1, within(0.03));
      Tensor kept = Masks.lt(dropped.sub(x.div(0.75)).abs(), 1e-6);
      assertThat(Masks.all(Masks.or(Masks.eq(dropped, 0), kept)).item()).isOne();
    }
  }
}
