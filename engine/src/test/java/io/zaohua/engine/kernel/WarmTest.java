package io.zaohua.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.zaohua.model.file.TensorType;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarmTest {

  @Test
  void warmingPassesOverTypesWithoutAKernelAndEnds() {
    assertThat(joined(Kernels.warm(EnumSet.of(TensorType.IQ1_S, TensorType.Q8_0)))).isTrue();
  }

  private static boolean joined(Thread thread) {
    try {
      return thread.join(Duration.ofSeconds(20));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** A boxed vector would allocate in every block. */
  @Tag("slow")
  @ParameterizedTest
  @CsvSource({
    "Q4_0,1", "Q4_1,1", "Q3_K,1", "Q5_0,1", "Q6_K,1", "Q8_0,1", "F32,1", "F16,1", "BF16,1",
    "Q4_0,12", "Q4_1,12", "Q3_K,12", "Q5_0,12", "Q6_K,12", "Q8_0,12", "F32,12", "F16,12", "BF16,12"
  })
  void aWarmKernelAllocatesNothing(TensorType type, int tokens) {
    var memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var stored = Stored.random(type, 4 * Lanes.GROUP, 512, 1);
    try (var cores = new Cores(1);
        var arena = Arena.ofShared()) {
      Matrix matrix = stored.pack(arena, cores);
      var input = new Activations();
      input.load(new float[512 * tokens], 0, 512, tokens, 512, cores, matrix);
      float[] y = new float[tokens * matrix.rows()];
      long bytes = Long.MAX_VALUE;
      long end = System.nanoTime() + 30_000_000_000L;
      while (bytes > 1_000 && System.nanoTime() < end) {
        long before = memory.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1_000; i++) {
          matrix.multiply(input, y, 0, matrix.rows(), 0, matrix.rows());
        }
        bytes = memory.getCurrentThreadAllocatedBytes() - before;
      }
      assertThat(bytes).as("bytes in 1,000 products").isLessThanOrEqualTo(1_000);
    }
  }
}
