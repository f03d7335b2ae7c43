package io.zaohua.tensor;

/** A process that says so and then computes until it is stopped. */
final class Computing {
  private Computing() {}

  public static void main(String[] args) {
    try (Scope _ = Scope.open("computing")) {
      Tensor weight = Tensors.zeros(DType.F32, 384, 384).requireGrad();
      for (long step = 0; ; step++) {
        try (Scope _ = Scope.open("step")) {
          weight.matmul(weight).add(weight).matmul(weight).sum().backward();
        }
        if (step == 1) {
          System.out.println("computing");
        }
      }
    }
  }
}
