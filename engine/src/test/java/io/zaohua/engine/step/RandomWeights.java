package io.zaohua.engine.step;

import io.zaohua.engine.kernel.Cores;
import io.zaohua.engine.kernel.Matrices;
import io.zaohua.engine.kernel.Matrix;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Part;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.Weights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Seeded weights for any spec, made when asked for. */
final class RandomWeights implements Weights {
  private final Map<String, Shape> shapes = new HashMap<>();
  private final Map<String, float[]> values = new HashMap<>();
  private final Random random = new Random(7);

  RandomWeights(TransformerSpec spec) {
    int width = spec.width();
    matrix(Part.EMBEDDING, spec.vocabulary(), width);
    vector(Part.FINAL_NORM + ".weight", width);
    if (!spec.head().tied()) {
      matrix(Part.HEAD + ".weight", spec.vocabulary(), width);
    }
    for (int i = 0; i < spec.layers().size(); i++) {
      TransformerSpec.Layer layer = spec.layers().get(i);
      Mixer.Attention a = (Mixer.Attention) layer.mixer();
      for (String norm :
          new String[] {"preMixer", "postMixer", "preFeedForward", "postFeedForward"}) {
        vector(Part.layer(i, norm + ".weight"), width);
      }
      matrix(Part.layer(i, "q.weight"), a.heads() * a.headSize(), width);
      matrix(Part.layer(i, "k.weight"), a.kvHeads() * a.headSize(), width);
      matrix(Part.layer(i, "v.weight"), a.kvHeads() * a.headSize(), width);
      matrix(Part.layer(i, "o.weight"), width, a.heads() * a.headSize());
      switch (layer.feedForward()) {
        case FeedForward.Dense d -> {
          matrix(Part.layer(i, "gate.weight"), d.hidden(), width);
          matrix(Part.layer(i, "up.weight"), d.hidden(), width);
          matrix(Part.layer(i, "down.weight"), width, d.hidden());
        }
        case FeedForward.Experts e -> {
          matrix(Part.layer(i, "router.weight"), e.count(), width);
          for (int x = 0; x < e.count(); x++) {
            matrix(Part.expert(i, x, "gate.weight"), e.hidden(), width);
            matrix(Part.expert(i, x, "up.weight"), e.hidden(), width);
            matrix(Part.expert(i, x, "down.weight"), width, e.hidden());
          }
        }
      }
    }
  }

  private void matrix(String part, int rows, int columns) {
    shapes.put(part, new Shape(TensorType.F32, rows, columns));
    float[] v = new float[rows * columns];
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) (random.nextGaussian() * 1.5 / Math.sqrt(columns));
    }
    values.put(part, v);
  }

  private void vector(String part, int n) {
    shapes.put(part, new Shape(TensorType.F32, 1, n));
    float[] v = new float[n];
    for (int i = 0; i < n; i++) {
      v[i] = 1 + random.nextFloat();
    }
    values.put(part, v);
  }

  @Override
  public boolean has(String part) {
    return shapes.containsKey(part);
  }

  @Override
  public Shape shape(String part) {
    return shapes.get(part);
  }

  @Override
  public void readRows(String part, long from, int count, MemorySegment target) {
    int columns = (int) shape(part).columns();
    MemorySegment.copy(
        MemorySegment.ofArray(values.get(part)),
        from * columns * 4,
        target,
        0,
        (long) count * columns * 4);
  }

  @Override
  public float[] floats(String part) {
    return values.get(part);
  }

  Matrix matrix(String part) {
    Shape s = shape(part);
    return Matrices.pack(
        s.type(),
        (int) s.rows(),
        (int) s.columns(),
        (from, count, target) -> readRows(part, from, count, target),
        Arena.global(),
        new Cores(1));
  }
}
