package io.zaohua.model.adapter;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.quant.Dequantizer;
import io.zaohua.model.quant.Quantizer;
import io.zaohua.model.weights.Weights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Weights with an adapter worked in. An adapted part keeps a plain type; a quantised one is f32,
 * since rounding it again would be the caller's choice.
 */
public record AdaptedWeights(Weights base, Adapter adapter) implements Weights {

  /**
   * @throws UserError if the adapter does nothing to weights
   */
  public AdaptedWeights {
    if (adapter.front().isPresent()) {
      throw new UserError(
          UserError.Kind.UNSUPPORTED,
          Message.of(
              "A prompt or prefix adapter stands before the text, and no weights can hold it.",
              "提示或前缀适配器位于文本之前,无法并入权重。"),
          Message.of(
              "Keep it beside its base, and apply it when the model runs.",
              "请将其与基础模型一并保留,在运行时应用。"));
    }
  }

  @Override
  public boolean has(String part) {
    return base.has(part);
  }

  @Override
  public Shape shape(String part) {
    Shape s = base.shape(part);
    boolean widened = adapter.additions().containsKey(part) && s.type().quantized();
    return widened ? new Shape(TensorType.F32, s.rows(), s.columns()) : s;
  }

  @Override
  public void readRows(String part, long from, int count, MemorySegment target) {
    Addition addition = adapter.additions().get(part);
    if (addition == null) {
      base.readRows(part, from, count, target);
      return;
    }
    Shape stored = base.shape(part);
    int columns = Math.toIntExact(stored.columns());
    float[] values = new float[Math.multiplyExact(count, columns)];
    try (Arena arena = Arena.ofConfined()) {
      var bytes = arena.allocate(Math.max(1, count * stored.rowBytes()), 64);
      base.readRows(part, from, count, bytes);
      Dequantizer.of(stored.type()).decode(bytes, 0, values.length, values, 0);
    }
    for (int r = 0; r < count; r++) {
      addition.adapt(Math.toIntExact(from) + r, values, r * columns);
    }
    byte[] encoded = Quantizer.encoded(shape(part).type(), values, part);
    MemorySegment.copy(MemorySegment.ofArray(encoded), 0, target, 0, encoded.length);
  }

  @Override
  public float[] floats(String part) {
    float[] values = base.floats(part);
    Addition addition = adapter.additions().get(part);
    if (addition != null) {
      Shape stored = base.shape(part);
      int columns = Math.toIntExact(stored.columns());
      for (int r = 0; r < stored.rows(); r++) {
        addition.adapt(r, values, r * columns);
      }
    }
    return values;
  }
}
