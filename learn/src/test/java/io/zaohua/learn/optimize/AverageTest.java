package io.zaohua.learn.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AverageTest {

  /** Steps leave 2, 4 and 8: the average is 2, then 0.75 of it and 0.25 of the weight each time. */
  @Test
  void itStartsAtTheFirstStepAndFollows() {
    try (Scope _ = Scope.open("test")) {
      Tensor weight = Tensors.of(new float[] {1}, 1).requireGrad();
      Average average = new Average(Map.of("w", weight), 0.75);
      float[] after = {2, 4, 8};
      for (int i = 0; i < after.length; i++) {
        set(weight, after[i]);
        average.follow(i + 1);
      }
      try (Average.Shown _ = average.show()) {
        assertThat(weight.item()).isCloseTo((2 * 0.75 + 1) * 0.75 + 2, offset(1e-6));
      }
      assertThat(weight.item()).isEqualTo(8);
    }
  }

  private static void set(Tensor weight, double value) {
    try (Autograd _ = Autograd.off()) {
      weight.inPlace().fill(value);
    }
  }
}
