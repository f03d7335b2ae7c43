package io.zaohua.model.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RewriterTest {
  @Test
  void tensorsOfSeveralRunsComeOutInOrder() {
    float[] values = normal(20 * 1024 + 512);
    byte[] expected = new byte[Math.toIntExact(TensorType.Q8_0.bytes(values.length))];
    Quantizer.of(TensorType.Q8_0).encode(values, 0, values.length, expected, 0);
    assertThat(rewritten(values, TensorType.Q8_0, 3)).isEqualTo(expected);
  }

  @Test
  void oneThreadAndManyGiveTheSameBytes() {
    float[] values = normal(20 * 1024);
    assertThat(rewritten(values, TensorType.Q4_K, 1))
        .isEqualTo(rewritten(values, TensorType.Q4_K, 4));
  }

  @Test
  void keptTensorsAreCopied() {
    float[] values = normal(1000);
    assertThat(rewritten(values, TensorType.F32, 2)).isEqualTo(bytes(values));
  }

  @Test
  void weightsThatAreNoNumbersAreRefusedByPlace() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] values = normal(1024);
      values[256 + 17] = bad;
      assertThatThrownBy(() -> rewritten(values, TensorType.Q4_K, 2))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("Tensor w holds " + bad + " in row 1, column 17");
    }
  }

  @Test
  void weightsThatDoNotFitAreRefusedByName() {
    float[] values = normal(1024);
    values[3] = 70_000;
    assertThatThrownBy(() -> rewritten(values, TensorType.F16, 2))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Tensor w holds weights too large for F16");
  }

  private static byte[] rewritten(float[] values, TensorType type, int threads) {
    var out = new ByteArrayOutputStream();
    var tensor = new TensorInfo("w", TensorType.F32, List.of(values.length / 256L, 256L));
    if (values.length % 256 != 0) {
      tensor = new TensorInfo("w", TensorType.F32, List.of((long) values.length));
    }
    try (var rewriter = new Rewriter(threads, 1024)) {
      rewriter.rewrite(
          new InMemory(tensor, bytes(values)),
          tensor,
          type,
          b -> out.writeBytes(b.toArray(ValueLayout.JAVA_BYTE)));
    }
    return out.toByteArray();
  }

  private static float[] normal(int n) {
    var random = new Random(5);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static byte[] bytes(float[] values) {
    return MemorySegment.ofArray(values).toArray(ValueLayout.JAVA_BYTE);
  }

  /** One tensor, in memory. */
  private record InMemory(TensorInfo tensor, byte[] bytes) implements TensorFile {
    @Override
    public List<TensorInfo> tensors() {
      return List.of(tensor);
    }

    @Override
    public Optional<TensorInfo> find(String name) {
      return Optional.of(tensor);
    }

    @Override
    public void read(TensorInfo asked, long offset, MemorySegment target) {
      target.copyFrom(MemorySegment.ofArray(bytes).asSlice(offset, target.byteSize()));
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
