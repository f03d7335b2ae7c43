package io.zaohua.model.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.quant.QuantGoldens.Vector;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class BlockFormatTest {
  static List<Vector> vectors() {
    return QuantGoldens.decoded();
  }

  static List<Vector> blocks() {
    return vectors().stream().filter(v -> v.type().quantized()).toList();
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void readsWhatLlamaCppReads(Vector v) {
    float[] values = new float[v.values().length];
    Dequantizer.of(v.type()).decode(MemorySegment.ofArray(v.bytes()), 0, values.length, values, 0);
    assertThat(values).isEqualTo(v.values());
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void readsAnyBlocksByThemselves(Vector v) {
    int half = v.type().blockSize() == 256 ? 0 : 128;
    float[] values = new float[260 - half];
    Dequantizer.of(v.type())
        .decode(MemorySegment.ofArray(v.bytes()), v.type().bytes(half), 256 - half, values, 4);
    assertThat(Arrays.copyOfRange(values, 4, values.length))
        .isEqualTo(Arrays.copyOfRange(v.values(), half, 256));
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void codesTimesScalePlusMinIsTheValue(Vector v) {
    var format = BlockFormat.of(v.type());
    byte[] codes = new byte[256];
    float[] scales = new float[format.groups(256)];
    float[] mins = new float[format.hasMins() ? scales.length : 0];
    format.codes(MemorySegment.ofArray(v.bytes()), 256, codes, scales, mins);
    float[] values = new float[256];
    for (int i = 0; i < 256; i++) {
      int g = i / format.group();
      float value = scales[g] * codes[i];
      values[i] = format.hasMins() ? value + mins[g] : value;
    }
    assertThat(values).isEqualTo(v.values());
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void codesStayWithinTheirBounds(Vector v) {
    var format = BlockFormat.of(v.type());
    byte[] codes = new byte[256];
    float[] scales = new float[16];
    format.codes(MemorySegment.ofArray(v.bytes()), 256, codes, scales, new float[16]);
    Arrays.sort(codes);
    assertThat((int) codes[0]).isGreaterThanOrEqualTo(format.minCode());
    assertThat((int) codes[255]).isLessThanOrEqualTo(format.maxCode());
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      names = {"IQ2_XXS", "TQ1_0", "NVFP4", "Q8_K", "I32"})
  void refusesOtherTypesByName(TensorType type) {
    assertThatThrownBy(() -> Dequantizer.of(type))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(type.name());
  }

  @Test
  void readsEightBitFloats() {
    byte[] e4m3 = {0x38, (byte) 0xb8, 0x7e, 0x01, 0x08, 0x7f};
    float[] values = new float[6];
    Dequantizer.of(TensorType.F8_E4M3).decode(MemorySegment.ofArray(e4m3), 0, 6, values, 0);
    assertThat(values).containsExactly(1f, -1f, 448f, 0x1p-9f, 0x1p-6f, Float.NaN);
    byte[] e5m2 = {0x3c, (byte) 0xbc, 0x7b, 0x01, 0x04, 0x7c};
    Dequantizer.of(TensorType.F8_E5M2).decode(MemorySegment.ofArray(e5m2), 0, 6, values, 0);
    assertThat(values)
        .containsExactly(1f, -1f, 57344f, 0x1p-16f, 0x1p-14f, Float.POSITIVE_INFINITY);
  }

  @Test
  void readsDoubles() {
    float[] values = new float[2];
    Dequantizer.of(TensorType.F64)
        .decode(MemorySegment.ofArray(new double[] {0.1, -3}), 0, 2, values, 0);
    assertThat(values).containsExactly(0.1f, -3f);
  }
}
