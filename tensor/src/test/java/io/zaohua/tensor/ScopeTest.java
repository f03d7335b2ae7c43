package io.zaohua.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

final class ScopeTest {
  @Test
  void closingFreesWhatWasMadeInside() {
    Tensor made;
    try (Scope scope = Scope.open("test")) {
      made = Tensors.zeros(DType.F32, 2, 3).add(1);
      assertThat(scope.size()).isEqualTo(2);
    }
    assertThat(made.isClosed()).isTrue();
    assertThat(Scope.liveTensors()).isZero();
  }

  @Test
  void whatIsKeptOutlivesTheInnerScope() {
    try (Scope _ = Scope.open("outer")) {
      Tensor kept;
      try (Scope step = Scope.open("step")) {
        kept = step.keep(Tensors.full(2, DType.F32, 3).mul(3));
      }
      assertThat(kept.toFloats()).containsExactly(6, 6, 6);
    }
  }

  @Test
  void aWeightsScopeTakesFromAnInnerOne() {
    try (Scope weights = Scope.open("weights")) {
      Tensor taken;
      try (Scope _ = Scope.open("outer");
          Scope _ = Scope.open("inner")) {
        taken = weights.take(Tensors.arange(0, 4));
      }
      assertThat(taken.toLongs()).containsExactly(0, 1, 2, 3);
      assertThat(weights.size()).isEqualTo(1);
    }
  }

  @Test
  void oneTensorMayGoEarlyInAnyOrder() {
    try (Scope scope = Scope.open("test")) {
      Tensor a = Tensors.zeros(DType.F32, 1);
      Tensor b = Tensors.ones(DType.F32, 1);
      Tensor c = Tensors.full(2, DType.F32, 1);
      a.close();
      a.close();
      c.close();
      assertThat(scope.size()).isEqualTo(1);
      assertThat(b.item()).isEqualTo(1);
    }
  }

  @Test
  void aClosedTensorSaysSo() {
    try (Scope _ = Scope.open("test")) {
      Tensor gone = Tensors.zeros(DType.F32, 2, 3);
      gone.close();
      assertThatThrownBy(() -> gone.add(1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("add: tensor F32[2, 3] is closed");
      assertThatThrownBy(() -> Tensors.ones(DType.F32, 3).add(gone))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(gone::toFloats).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void withoutAScopeNothingIsMade() {
    assertThatThrownBy(() -> Tensors.zeros(DType.F32, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("No scope is open");
  }

  @Test
  void anotherThreadIsRefused() throws InterruptedException {
    try (Scope _ = Scope.open("test")) {
      Tensor mine = Tensors.zeros(DType.F32, 1);
      assertThat(thrownOn(Thread.ofPlatform(), () -> mine.add(1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("tensors stay on one thread");
      assertThat(thrownOn(Thread.ofPlatform(), () -> Scope.open("theirs")))
          .hasMessageContaining("tensors stay on one thread");
    }
  }

  @Test
  void aVirtualThreadIsRefused() throws InterruptedException {
    assertThat(thrownOn(Thread.ofVirtual(), () -> Scope.open("virtual")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("needs a platform thread");
  }

  @Test
  void afterTheLastScopeAnotherThreadMayOwnLibtorch() throws InterruptedException {
    assertThat(
            thrownOn(
                Thread.ofPlatform(),
                () -> {
                  try (Scope _ = Scope.open("theirs")) {
                    Tensors.zeros(DType.F32, 1).add(1);
                  }
                }))
        .isNull();
  }

  @Test
  void anOuterScopeDoesNotCloseBeforeAnInnerOne() {
    Scope outer = Scope.open("outer");
    Scope inner = Scope.open("inner");
    assertThatThrownBy(outer::close).hasMessageContaining("\"inner\" inside it is open");
    inner.close();
    outer.close();
  }

  @Test
  void aStepLeavesNothingNativeBehind() {
    try (Scope _ = Scope.open("test")) {
      step();
      long before = Pointer.totalCount();
      for (int i = 0; i < 10; i++) {
        step();
      }
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }
  }

  private static void step() {
    try (Scope _ = Scope.open("step")) {
      Tensor w = Tensors.full(0.5, DType.F32, 4, 3).requireGrad();
      Tensor x = Tensors.full(2, DType.F32, 2, 3);
      Tensor y = Functional.linear(x, w).pow(2).clamp(-9, 9).add(1);
      Tensor z = Functional.rmsNorm(y, Tensors.ones(DType.F32, 4), 1e-6);
      Tensor loss = Functional.crossEntropy(z.mul(2), Tensors.of(new long[] {1, 2}, 2));
      Tensors.cat(0, Masks.tril(z, 0).split(0, 1, 1)).to(DType.BF16).argmax(1, false);
      Indexing.topK(z, 2, 1).values().sum().add(loss).backward();
      try (Autograd _ = Autograd.off()) {
        w.inPlace().mul(0.9).add(w.grad().orElseThrow(), -0.1).clamp(-1, 1);
      }
      w.clearGrad();
    }
  }

  private static @org.jspecify.annotations.Nullable Throwable thrownOn(
      Thread.Builder kind, Runnable work) throws InterruptedException {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread thread =
        kind.unstarted(
            () -> {
              try {
                work.run();
              } catch (RuntimeException e) {
                thrown.set(e);
              }
            });
    thread.start();
    thread.join();
    return thrown.get();
  }
}
