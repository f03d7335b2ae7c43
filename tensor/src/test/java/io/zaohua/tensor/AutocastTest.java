package io.zaohua.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.util.Optional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

final class AutocastTest {
  private static final double ROUNDED = 0x1p-8; // half of BF16's last place, of 1

  @Test
  void productsAreHalfAsWideWhileItIsOpen() {
    try (Scope _ = Scope.open("test")) {
      Rng rng = new Rng(1);
      Tensor x = rng.normal(DType.F32, 4, 8);
      Tensor w = rng.normal(DType.F32, 6, 8);
      Tensor exact = Functional.linear(x, w);
      try (Autocast _ = Autocast.on()) {
        Tensor made = Functional.linear(x, w);
        assertThat(made.dtype()).isEqualTo(DType.BF16);
        assertThat(x.matmul(w.transpose(0, 1)).dtype()).isEqualTo(DType.BF16);
        assertThat(Functional.linear(made.transpose(0, 1).contiguous(), x.transpose(0, 1)).dtype())
            .isEqualTo(DType.BF16);
        assertThat(x.add(1).dtype()).isEqualTo(DType.F32);
        assertThat(made.toFloats()).isNotEqualTo(exact.toFloats());
        assertThat(made.toFloats())
            .containsExactly(exact.toFloats(), offset((float) (10 * ROUNDED)));
        try (Autocast _ = Autocast.off()) {
          assertThat(Functional.linear(x, w).toFloats()).isEqualTo(exact.toFloats());
        }
        assertThat(Functional.linear(x, w).dtype()).isEqualTo(DType.BF16);
      }
      assertThat(Functional.linear(x, w).dtype()).isEqualTo(DType.F32);
    }
  }

  @Test
  void attentionTakesMixedTypesAndGivesTheGradientsTheirs() {
    try (Scope _ = Scope.open("test")) {
      Rng rng = new Rng(2);
      Tensor q = rng.normal(DType.F32, 1, 4, 5, 8).requireGrad();
      Tensor k = rng.normal(DType.F32, 1, 2, 5, 8).requireGrad();
      Tensor v = rng.normal(DType.F32, 1, 2, 5, 8);
      Tensor mask = Tensors.zeros(DType.F32, 5, 5);
      for (Optional<Tensor> seen : java.util.List.of(Optional.of(mask), Optional.<Tensor>empty())) {
        Tensor made;
        try (Autocast _ = Autocast.on()) {
          Tensor halved = v.to(DType.BF16);
          made =
              seen.map(m -> Functional.attention(q, k, halved, m, 0.3))
                  .orElseGet(() -> Functional.attention(q, k, halved, 0.3, true));
        }
        assertThat(made.dtype()).isEqualTo(DType.BF16);
        made.to(DType.F32).sum().backward();
        assertThat(q.grad().orElseThrow().dtype()).isEqualTo(DType.F32);
        assertThat(k.grad().orElseThrow().dtype()).isEqualTo(DType.F32);
      }
    }
  }

  /** A cached copy made without gradients would cut the weight off. */
  @Test
  void aWeightThatHasChangedOrWasUsedWithoutGradientsIsCastAgain() {
    try (Scope _ = Scope.open("test")) {
      Tensor x = Tensors.ones(DType.F32, 1, 2);
      Tensor w = Tensors.ones(DType.F32, 1, 2).requireGrad();
      try (Autocast _ = Autocast.on()) {
        try (Autograd _ = Autograd.off()) {
          assertThat(Functional.linear(x, w).item()).isEqualTo(2);
          w.inPlace().mul(3);
        }
        Tensor made = Functional.linear(x, w);
        assertThat(made.item()).isEqualTo(6);
        made.backward();
      }
      assertThat(w.grad().orElseThrow().toFloats()).containsExactly(1, 1);
      assertThat(w.grad().orElseThrow().dtype()).isEqualTo(DType.F32);
    }
  }

  @Test
  void whenItIsClosedLibtorchIsAsItWas() {
    try (Scope _ = Scope.open("test")) {
      try (Autocast _ = Autocast.on()) {
        assertThat(torch.is_autocast_enabled(torch.DeviceType.CPU)).isTrue();
        assertThat(Autocast.isOn()).isTrue();
      }
      assertThat(torch.is_autocast_enabled(torch.DeviceType.CPU)).isFalse();
      assertThat(Autocast.isOn()).isFalse();
      assertThatThrownBy(
              () ->
                  Functional.linear(Tensors.ones(DType.F32, 1, 2), Tensors.ones(DType.BF16, 1, 2)))
          .hasMessageContaining("types F32 and BF16 are mixed");
    }
  }
}
