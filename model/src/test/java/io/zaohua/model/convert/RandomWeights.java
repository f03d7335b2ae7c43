package io.zaohua.model.convert;

import io.zaohua.model.file.TensorType;
import io.zaohua.model.quant.Quantizer;
import io.zaohua.model.safetensors.SafetensorsWriter;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import io.zaohua.model.weights.Weights;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** Seeded f32 weights for any stack. */
record RandomWeights(Map<String, Parts.Size> parts, int seed) implements Weights {
  RandomWeights(TransformerSpec spec, int seed) {
    this(Parts.of(spec), seed);
  }

  @Override
  public boolean has(String part) {
    return parts.containsKey(part);
  }

  @Override
  public Shape shape(String part) {
    var size = parts.get(part);
    return new Shape(TensorType.F32, size.rows(), size.columns());
  }

  @Override
  public void readRows(String part, long from, int count, MemorySegment target) {
    int columns = (int) parts.get(part).columns();
    byte[] bytes = new byte[count * columns * 4];
    Quantizer.of(TensorType.F32)
        .encode(floats(part), (int) from * columns, count * columns, bytes, 0);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, target, 0, bytes.length);
  }

  @Override
  public float[] floats(String part) {
    var random = new Random(seed * 31L + part.hashCode());
    float[] values = new float[(int) (parts.get(part).rows() * parts.get(part).columns())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Writes model.safetensors with the table's names. */
  void write(Path folder, TransformerSpec spec, WeightTable table) {
    var plans = Plans.of(spec, table, this, (_, _, found) -> found);
    new SafetensorsWriter(Map.of(), plans.stream().map(TensorPlan::info).toList())
        .write(folder.resolve("model.safetensors"), TensorPlan.source(plans, this));
  }
}
