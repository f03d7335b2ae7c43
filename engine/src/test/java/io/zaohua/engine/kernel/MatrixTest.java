package io.zaohua.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorType;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MatrixTest {
  private static final int ROWS = 84;
  private static final int COLUMNS = 512;

  private static float[] gaussians(int n, long seed) {
    Random random = new Random(seed);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  private static float[] product(Matrix matrix, float[] x, int tokens, Cores cores) {
    var input = new Activations();
    input.load(x, 0, matrix.columns(), tokens, matrix.columns(), cores, matrix);
    float[] y = new float[tokens * matrix.rows()];
    cores.forEach(
        matrix.rows(),
        matrix.grain(),
        (from, to, _) -> matrix.multiply(input, y, 0, matrix.rows(), from, to));
    return y;
  }

  /** Rounds as llama.cpp's q8_0 does. */
  private static float[] rounded(float[] x) {
    float[] out = new float[x.length];
    for (int b = 0; b < x.length; b += 32) {
      float max = 0;
      for (int i = 0; i < 32; i++) {
        max = Math.max(max, Math.abs(x[b + i]));
      }
      float scale = max / 127f;
      for (int i = 0; i < 32; i++) {
        out[b + i] = (float) Math.rint(x[b + i] * (1f / scale)) * scale;
      }
    }
    return out;
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K",
        "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS", "MXFP4"
      })
  void multipliesLikeTheDecodedRows(TensorType type) {
    var stored = Stored.random(type, ROWS, COLUMNS, 1);
    try (var cores = new Cores(2);
        var arena = Arena.ofShared()) {
      Matrix matrix = stored.pack(arena, cores);
      float[] x = gaussians(COLUMNS, 2);
      float[] y = product(matrix, x, 1, cores);
      float[] seen = matrix.reads().contains(Activations.Form.FLOATS) ? x : rounded(x);
      for (int r = 0; r < ROWS; r++) {
        float[] w = stored.row(r);
        double sum = 0;
        double size = 0;
        for (int k = 0; k < COLUMNS; k++) {
          sum += (double) w[k] * seen[k];
          size += Math.abs((double) w[k] * seen[k]);
        }
        assertThat((double) y[r]).as("row %d", r).isCloseTo(sum, within(1e-5 * size));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K",
        "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS", "MXFP4"
      })
  void aTokensBitsNeverDependOnTheOthers(TensorType type) {
    var stored = Stored.random(type, ROWS, 768, 3);
    try (var one = new Cores(1);
        var two = new Cores(2);
        var arena = Arena.ofShared()) {
      Matrix matrix = stored.pack(arena, two);
      float[] x = gaussians(33 * 768, 4);
      float[][] alone = new float[33][];
      for (int t = 0; t < 33; t++) {
        alone[t] = product(matrix, Arrays.copyOfRange(x, t * 768, (t + 1) * 768), 1, one);
      }
      for (int tokens : new int[] {2, 5, 8, 9, 12, 33}) {
        for (Cores cores : new Cores[] {one, two}) {
          float[] y = product(matrix, x, tokens, cores);
          for (int t = 0; t < tokens; t++) {
            assertThat(Arrays.copyOfRange(y, t * ROWS, (t + 1) * ROWS))
                .as("token %d of %d", t, tokens)
                .isEqualTo(alone[t]);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K",
        "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS", "MXFP4"
      })
  void readsRowsBack(TensorType type) {
    var stored = Stored.random(type, 19, 256, 5);
    try (var cores = new Cores(1);
        var arena = Arena.ofShared()) {
      Matrix matrix = stored.pack(arena, cores);
      float[] row = new float[256];
      for (int r = 0; r < 19; r++) {
        matrix.row(r, row, 0);
        float[] expected = stored.row(r);
        for (int k = 0; k < 256; k++) {
          // five-bit codes with minima are stored centred, which rounds the minimum once more
          assertThat(row[k]).isCloseTo(expected[k], within(2e-6f));
        }
      }
    }
  }

  @Test
  void extremeCodesDoNotOverflow() {
    for (TensorType type :
        new TensorType[] {
          TensorType.Q4_0, TensorType.Q4_1, TensorType.Q5_0, TensorType.Q5_1, TensorType.Q8_0,
          TensorType.Q6_K, TensorType.Q3_K, TensorType.Q2_K, TensorType.Q5_K, TensorType.Q4_K
        }) {
      for (int fill : new int[] {0x00, 0xff, 0x80, 0x7f}) {
        var stored = Stored.random(type, 16, 256, 6);
        var scaled = Stored.random(type, 16, 256, 6);
        Arrays.fill(stored.bytes(), (byte) fill);
        keepScales(type, scaled.bytes(), stored.bytes());
        try (var cores = new Cores(1);
            var arena = Arena.ofShared()) {
          Matrix matrix = stored.pack(arena, cores);
          for (float sign : new float[] {1, -1}) {
            float[] x = new float[512];
            Arrays.fill(x, sign);
            float[] y = product(matrix, x, 2, cores);
            float[] single = product(matrix, Arrays.copyOf(x, 256), 1, cores);
            for (int r = 0; r < 16; r++) {
              double sum = 0;
              double size = 0;
              for (float w : stored.row(r)) {
                sum += w * (double) sign;
                size += Math.abs(w);
              }
              assertThat((double) y[r]).as("%s", type).isCloseTo(sum, within(1e-5 * size));
              assertThat(single[r]).isEqualTo(y[r]);
            }
          }
        }
      }
    }
  }

  private static void keepScales(TensorType type, byte[] from, byte[] to) {
    int at =
        switch (type) {
          case Q2_K -> 80;
          case Q3_K -> 108;
          case Q6_K -> 208;
          default -> 0;
        };
    int n =
        at > 80 || type == TensorType.Q4_0 || type == TensorType.Q5_0 || type == TensorType.Q8_0
            ? 2
            : 4;
    for (int b = 0; b < to.length; b += type.blockBytes()) {
      System.arraycopy(from, b + at, to, b + at, n);
    }
  }

  @Test
  void aFewRowsAndOddColumnsWork() {
    var stored = Stored.random(TensorType.F32, 5, 7, 7);
    try (var cores = new Cores(2);
        var arena = Arena.ofShared()) {
      Matrix matrix = stored.pack(arena, cores);
      float[] x = gaussians(21, 8);
      float[] y = product(matrix, x, 3, cores);
      for (int t = 0; t < 3; t++) {
        for (int r = 0; r < 5; r++) {
          float sum = 0;
          for (int k = 0; k < 7; k++) {
            sum = Math.fma(stored.row(r)[k], x[t * 7 + k], sum);
          }
          assertThat(y[t * 5 + r]).isEqualTo(sum);
        }
      }
    }
  }

  @Test
  void infiniteActivationsGiveNanAndNoCrash() {
    var stored = Stored.random(TensorType.Q4_0, 16, 64, 9);
    try (var cores = new Cores(1);
        var arena = Arena.ofShared()) {
      Matrix matrix = stored.pack(arena, cores);
      float[] x = gaussians(64, 10);
      x[3] = Float.POSITIVE_INFINITY;
      assertThat(product(matrix, x, 1, cores)).containsOnly(Float.NaN);
      x[3] = Float.NaN;
      assertThat(product(matrix, x, 1, cores)).containsOnly(Float.NaN);
    }
  }

  @Test
  void nanWeightsAreRefused() {
    var stored = Stored.random(TensorType.F32, 16, 64, 11);
    stored.bytes()[3] = 0x7f;
    stored.bytes()[2] = (byte) 0xc0;
    try (var cores = new Cores(2);
        var arena = Arena.ofShared()) {
      assertThatThrownBy(() -> stored.pack(arena, cores))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("NaN");
    }
  }

  @Test
  void useAfterCloseThrows() {
    var stored = Stored.random(TensorType.Q8_0, 16, 64, 12);
    try (var cores = new Cores(1)) {
      Matrix matrix;
      try (var arena = Arena.ofShared()) {
        matrix = stored.pack(arena, cores);
      }
      assertThatThrownBy(() -> product(matrix, gaussians(64, 13), 1, cores))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void unknownTypesAreRefusedByName() {
    try (var cores = new Cores(1);
        var arena = Arena.ofShared()) {
      assertThatThrownBy(
              () ->
                  Matrices.pack(
                      TensorType.IQ1_S, 16, 256, (from, count, target) -> {}, arena, cores))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("IQ1_S");
    }
  }
}
