package io.zaohua.model.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.quant.QuantGoldens.Vector;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class QuantizerTest {
  static List<Vector> all() {
    return QuantGoldens.encoded();
  }

  @ParameterizedTest
  @MethodSource("all")
  void writesTheBytesLlamaCppWrites(Vector v) {
    assertThat(encode(v.type(), v.values())).isEqualTo(v.bytes());
  }

  @ParameterizedTest
  @MethodSource("all")
  void errorIsNotAboveLlamaCpps(Vector v) {
    double theirs = rmse(v.values(), decode(v.type(), v.bytes()));
    double ours = rmse(v.values(), decode(v.type(), encode(v.type(), v.values())));
    assertThat(ours).isLessThanOrEqualTo(theirs * 1.01);
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      names = {
        "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "IQ4_NL", "Q2_K", "Q3_K", "Q4_K",
        "Q5_K", "Q6_K"
      })
  void zerosStayZero(TensorType type) {
    assertThat(rmse(new float[256], decode(type, encode(type, new float[256])))).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      names = {"F16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"})
  void whatWasReadIsWrittenBack(TensorType type) {
    var once = decode(type, encode(type, normal(256, 1)));
    assertThat(rmse(once, decode(type, encode(type, once)))).isLessThan(1e-4);
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      names = {
        "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "IQ4_NL", "Q2_K", "Q3_K", "Q4_K",
        "Q5_K", "Q6_K"
      })
  void whatDoesNotFitIsRefused(TensorType type) {
    float[] x = normal(256, 2);
    x[17] = Float.MAX_VALUE;
    assertThatThrownBy(() -> encode(type, x)).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void moreBitsGiveLessError() {
    float[] x = normal(4096, 3);
    double last = 1;
    for (var type :
        List.of(
            TensorType.Q2_K, TensorType.Q3_K, TensorType.Q4_K, TensorType.Q5_K, TensorType.Q6_K)) {
      double error = rmse(x, decode(type, encode(type, x)));
      assertThat(error).as(type.name()).isLessThan(last * 0.65);
      last = error;
    }
  }

  @Test
  void refusesOtherTypesByName() {
    assertThatThrownBy(() -> Quantizer.of(TensorType.IQ2_S))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("IQ2_S");
  }

  private static byte[] encode(TensorType type, float[] x) {
    byte[] bytes = new byte[Math.toIntExact(type.bytes(x.length))];
    Quantizer.of(type).encode(x, 0, x.length, bytes, 0);
    return bytes;
  }

  private static float[] decode(TensorType type, byte[] bytes) {
    int n = bytes.length / type.blockBytes() * type.blockSize();
    float[] values = new float[n];
    Dequantizer.of(type).decode(MemorySegment.ofArray(bytes), 0, n, values, 0);
    return values;
  }

  private static float[] normal(int n, long seed) {
    var random = new Random(seed);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian() * 0.05f;
    }
    return x;
  }

  private static double rmse(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double d = (double) a[i] - b[i];
      sum += d * d;
    }
    return Math.sqrt(sum / a.length);
  }
}
