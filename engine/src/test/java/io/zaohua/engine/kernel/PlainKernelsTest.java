package io.zaohua.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.model.file.TensorType;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlainKernelsTest {
  private static final int COLUMNS = 768;

  @ParameterizedTest
  @EnumSource(
      names = {
        "F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K",
        "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS", "MXFP4"
      })
  void givesTheBitsOfTheVectors(TensorType type) {
    var stored = Stored.random(type, 3 * Lanes.GROUP, COLUMNS, 7);
    var random = new Random(8);
    float[] x = new float[5 * COLUMNS];
    for (int i = 0; i < x.length; i++) {
      // the last token's blocks are extreme: one sign, one size
      x[i] = i < 4 * COLUMNS ? (float) random.nextGaussian() : i / 32 % 2 == 0 ? -1 : 1;
    }
    try (var cores = new Cores(1);
        var arena = Arena.ofShared()) {
      var matrix = (WarmMatrix) stored.pack(arena, cores);
      float[] plain = new float[Lanes.GROUP];
      float[] vectors = new float[Lanes.GROUP];
      for (int tokens : new int[] {1, 5}) {
        var input = new Activations();
        input.load(x, (5 - tokens) * COLUMNS, COLUMNS, tokens, COLUMNS, cores, matrix);
        for (int g = 0; g < 3; g++) {
          for (int t = 0; t < tokens; t++) {
            matrix.plainly(g, input, t, plain);
            matrix.vectors(g, input, t, vectors);
            assertThat(plain).as("group %d, token %d of %d", g, t, tokens).isEqualTo(vectors);
          }
        }
      }
    }
  }

  @Test
  void areUsedFromTheFirstWarmUpsBeginToItsEnd() {
    var kernels = Warmth.named("kernels of this test");
    assertThat(kernels.isCold()).isFalse();
    assertThat(kernels.begin()).isTrue();
    assertThat(kernels.isCold()).isTrue();
    kernels.end();
    assertThat(kernels.begin()).as("a second begin").isFalse();
    assertThat(kernels.isCold()).isFalse();
  }
}
