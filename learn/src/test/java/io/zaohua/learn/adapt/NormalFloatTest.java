package io.zaohua.learn.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.tensor.Scope;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class NormalFloatTest {
  /** NF4 of the QLoRA paper, appendix E, to six places. */
  private static final double[] CODES = {
    -1, -0.696193, -0.525073, -0.394917, -0.284441, -0.184773, -0.091050, 0, 0.079580, 0.160930,
    0.246112, 0.337915, 0.440710, 0.562617, 0.722957, 1
  };

  @Test
  void aBlockOfCodesComesBackAsItWas() {
    float[] weights = new float[64];
    for (int i = 0; i < 64; i++) {
      weights[i] = (float) (3 * CODES[i * 7 % 16]);
    }
    assertThat(again(weights, 4, 16)).containsExactly(weights, offset(1e-5f));
  }

  @Test
  void whatComesBackIsTheNearestCodeTimesTheScaleInEightBits() {
    Random random = new Random(4);
    float[] weights = new float[70 * 300]; // 329 blocks, the last of 8 weights
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextGaussian() * (1 + i / 64 % 5));
    }
    float[] made = again(weights, 70, 300);
    int blocks = (weights.length + 63) / 64;
    double[] scale = new double[blocks];
    double mean = 0;
    for (int b = 0; b < blocks; b++) {
      for (int i = 64 * b; i < Math.min(weights.length, 64 * b + 64); i++) {
        scale[b] = Math.max(scale[b], Math.abs(weights[i]));
      }
      mean += scale[b] / blocks;
    }
    for (int b = 0; b < blocks; b++) {
      double group = 0;
      for (int other = b / 256 * 256; other < Math.min(blocks, b / 256 * 256 + 256); other++) {
        group = Math.max(group, Math.abs(scale[other] - mean));
      }
      for (int i = 64 * b; i < Math.min(weights.length, 64 * b + 64); i++) {
        double code = 0;
        double distance = 9;
        for (double c : CODES) {
          if (Math.abs(weights[i] / scale[b] - c) < distance) {
            distance = Math.abs(weights[i] / scale[b] - c);
            code = c;
          }
        }
        double near = Math.abs(scale[b] - mean) / group; // eight bits: 0.45 of a part of 64 at most
        double slack = 1e-4 * scale[b] + (near > 0.1 ? 0.0071 : 0.01) * group * Math.abs(code);
        assertThat((double) made[i]).isCloseTo(code * scale[b], offset(slack));
      }
    }
  }

  @Test
  void aWeightTakesLittleMoreThanHalfAByte() {
    try (Scope _ = Scope.open("test")) {
      float[] weights = new float[512 * 256];
      weights[5] = 1;
      assertThat(NormalFloat.of(weights, 512, 256).bytes()).isLessThan(weights.length * 52L / 100);
    }
  }

  private static float[] again(float[] weights, int rows, int columns) {
    try (Scope _ = Scope.open("test")) {
      var whole = NormalFloat.of(weights, rows, columns).dequantized();
      assertThat(whole.shape()).containsExactly((long) rows, (long) columns);
      return whole.toFloats();
    }
  }
}
