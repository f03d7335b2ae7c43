package io.zaohua.engine.cache;

import java.nio.ByteBuffer;

/** A page of int8 codes; one f32 scale per 32 elements of a head and position. */
final class PageQ8 extends Page {
  private static final int BLOCK = 32;

  private final byte[] keys;
  private final byte[] values;
  private final float[] keyScales;
  private final float[] valueScales;
  private final int blocks;

  PageQ8(KvShape.Group group) {
    super(group);
    int heads = group.layers() * group.kvHeads();
    blocks = (stride + BLOCK - 1) / BLOCK;
    keys = new byte[heads * blockSize()];
    values = new byte[heads * blockSize()];
    keyScales = new float[heads * blocks * SLOTS];
    valueScales = new float[heads * blocks * SLOTS];
  }

  private int scales(int layer, int head) {
    return (layer * group.kvHeads() + head) * blocks * SLOTS;
  }

  @Override
  public void write(
      int layer, int head, int slot, float[] key, int keyAt, float[] value, int valueAt) {
    int at = block(layer, head);
    int scales = scales(layer, head);
    int size = group.headSize();
    for (int b = 0; b < blocks; b++) {
      int from = b * BLOCK;
      int to = Math.min(size, from + BLOCK);
      float keyScale = largest(key, keyAt + from, keyAt + to) / 127;
      float valueScale = largest(value, valueAt + from, valueAt + to) / 127;
      keyScales[scales + b * SLOTS + slot] = keyScale;
      valueScales[scales + slot * blocks + b] = valueScale;
      for (int d = from; d < to; d++) {
        keys[at + d * SLOTS + slot] = code(key[keyAt + d], keyScale);
        values[at + slot * stride + d] = code(value[valueAt + d], valueScale);
      }
    }
  }

  private static float largest(float[] x, int from, int to) {
    float m = 0;
    for (int i = from; i < to; i++) {
      m = Math.max(m, Math.abs(x[i]));
    }
    return m;
  }

  private static byte code(float x, float scale) {
    return scale == 0 ? 0 : (byte) Math.clamp(Math.round(x / scale), -127, 127);
  }

  @Override
  public void keys(int layer, int head, Block block) {
    float[] to = block.scratch(blockSize());
    int at = block(layer, head);
    int scales = scales(layer, head);
    for (int d = 0; d < stride; d++) {
      int row = at + d * SLOTS;
      int scale = scales + d / BLOCK * SLOTS;
      for (int t = 0; t < SLOTS; t++) {
        to[d * SLOTS + t] = keys[row + t] * keyScales[scale + t];
      }
    }
    block.values = to;
    block.offset = 0;
  }

  @Override
  public void values(int layer, int head, Block block) {
    float[] to = block.scratch(blockSize());
    int at = block(layer, head);
    int scales = scales(layer, head);
    for (int t = 0; t < SLOTS; t++) {
      for (int b = 0; b < blocks; b++) {
        float scale = valueScales[scales + t * blocks + b];
        int from = t * stride + b * BLOCK;
        int end = t * stride + Math.min(stride, (b + 1) * BLOCK);
        for (int i = from; i < end; i++) {
          to[i] = values[at + i] * scale;
        }
      }
    }
    block.values = to;
    block.offset = 0;
  }

  @Override
  void copyFrom(Page other) {
    PageQ8 from = (PageQ8) other;
    System.arraycopy(from.keys, 0, keys, 0, keys.length);
    System.arraycopy(from.values, 0, values, 0, values.length);
    System.arraycopy(from.keyScales, 0, keyScales, 0, keyScales.length);
    System.arraycopy(from.valueScales, 0, valueScales, 0, valueScales.length);
  }

  @Override
  void store(ByteBuffer to) {
    to.put(keys).put(values).asFloatBuffer().put(keyScales).put(valueScales);
  }

  @Override
  void load(ByteBuffer from) {
    from.get(keys).get(values).asFloatBuffer().get(keyScales).get(valueScales);
  }
}
