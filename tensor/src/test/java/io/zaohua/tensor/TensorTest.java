package io.zaohua.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TensorTest {
  @ParameterizedTest
  @EnumSource(DType.class)
  void smallWholeNumbersSurviveEveryType(DType type) {
    try (Scope _ = Scope.open("test")) {
      Tensor cast = Tensors.of(new float[] {0, 1, 1, 0}, 2, 2).to(type);
      assertThat(cast.dtype()).isEqualTo(type);
      assertThat(cast.toLongs()).containsExactly(0, 1, 1, 0);
      assertThat(cast.to(DType.F64).toDoubles()).containsExactly(0, 1, 1, 0);
    }
  }

  @Test
  void bytesGoInAndComeOutAsTheyWere() {
    try (Scope _ = Scope.open("test")) {
      byte[] halves = {0, 0x3c, 0, (byte) 0xc0}; // 1 and -2
      Tensor tensor = Tensors.of(MemorySegment.ofArray(halves), DType.F16, 2);
      byte[] out = new byte[4];
      tensor.copyTo(MemorySegment.ofArray(out));
      assertThat(tensor.toFloats()).containsExactly(1, -2);
      assertThat(out).containsExactly(halves);
    }
  }

  @Test
  void transposedTensorsAreReadInTheirOwnOrder() {
    try (Scope _ = Scope.open("test")) {
      Tensor x = Tensors.arange(0, 6).reshape(2, 3).transpose(0, 1);
      assertThat(x.shape()).containsExactly(3L, 2L);
      assertThat(x.toLongs()).containsExactly(0, 3, 1, 4, 2, 5);
    }
  }

  @Test
  void wholeNumbersLeaveIntegersIntegers() {
    try (Scope _ = Scope.open("test")) {
      assertThat(Tensors.arange(0, 3).add(2).mul(3).dtype()).isEqualTo(DType.I64);
      assertThat(Tensors.arange(0, 3).add(0.5).dtype()).isEqualTo(DType.F32);
    }
  }

  @Test
  void emptyTensorsAreTensors() {
    try (Scope _ = Scope.open("test")) {
      Tensor empty = Tensors.of(new float[0], 0, 3);
      assertThat(empty.toFloats()).isEmpty();
      assertThat(empty.sum().item()).isZero();
      assertThat(empty.reshape(0, 5).shape()).containsExactly(0L, 5L);
    }
  }

  @Test
  void comparisonsAreTruthValues() {
    try (Scope _ = Scope.open("test")) {
      Tensor x = Tensors.of(new float[] {1, 2, Float.NaN}, 3);
      assertThat(Masks.lt(x, 2).toLongs()).containsExactly(1, 0, 0);
      assertThat(Masks.ge(x, x).toLongs()).containsExactly(1, 1, 0);
      assertThat(Masks.and(Masks.isFinite(x), Masks.not(Masks.eq(x, 1))).toLongs())
          .containsExactly(0, 1, 0);
      assertThat(Masks.all(Masks.isFinite(x)).item()).isZero();
    }
  }

  @Test
  void updatesInPlaceReachViews() {
    try (Scope _ = Scope.open("test")) {
      Tensor x = Tensors.zeros(DType.F32, 2, 2);
      x.slice(0, 1, 2).inPlace().fill(4).add(Tensors.ones(DType.F32, 2), 2).mul(0.5);
      assertThat(x.toFloats()).containsExactly(0, 0, 3, 3);
    }
  }

  @Test
  void fusedUpdatesDoWhatTheirFormulaSays() {
    try (Scope _ = Scope.open("test")) {
      Tensor a = Tensors.full(3, DType.F32, 1);
      Tensor b = Tensors.full(4, DType.F32, 1);
      assertThat(Tensors.full(1, DType.F32, 1).inPlace().addcmul(a, b, 0.5).target().item())
          .isEqualTo(7);
      assertThat(Tensors.full(1, DType.F32, 1).inPlace().addcdiv(a, b, 2).target().item())
          .isEqualTo(2.5);
      assertThat(Tensors.full(1, DType.F32, 1).inPlace().lerp(b, 0.5).target().item())
          .isEqualTo(2.5);
      assertThat(Tensors.full(9, DType.F32, 1).inPlace().sqrt().div(a).sign().target().item())
          .isEqualTo(1);
      assertThat(a.inPlace().copy(Tensors.of(new double[] {8}, 1)).clamp(0, 5).target().item())
          .isEqualTo(5);
    }
  }

  @Test
  void gradientsAddUpUntilTheyAreCleared() {
    try (Scope _ = Scope.open("test")) {
      Tensor w = Tensors.full(3, DType.F32, 1).requireGrad();
      assertThat(w.grad()).isEmpty();
      w.mul(2).sum().backward();
      w.mul(2).sum().backward();
      assertThat(w.grad().orElseThrow().item()).isEqualTo(4);
      w.clearGrad();
      assertThat(w.grad()).isEmpty();
    }
  }

  @Test
  void nothingIsRecordedWhileAutogradIsOff() {
    try (Scope _ = Scope.open("test")) {
      Tensor w = Tensors.full(3, DType.F32, 1).requireGrad();
      try (Autograd _ = Autograd.off()) {
        assertThat(w.mul(2).requiresGrad()).isFalse();
        try (Autograd _ = Autograd.on()) {
          assertThat(w.mul(2).requiresGrad()).isTrue();
        }
      }
      assertThat(w.mul(2).requiresGrad()).isTrue();
      assertThat(w.detach().requiresGrad()).isFalse();
    }
  }

  @Test
  void graphsLiveOnWhenHandlesAreClosedBeforeBackward() {
    try (Scope _ = Scope.open("test")) {
      Tensor w = Tensors.full(3, DType.F32, 2).requireGrad();
      Tensor loss;
      try (Scope inner = Scope.open("forward")) {
        loss = inner.keep(w.pow(2).mul(w).sum());
      }
      loss.backward();
      assertThat(w.grad().orElseThrow().toFloats()).containsExactly(27, 27);
    }
  }
}
