package io.zaohua.engine.cache;

import java.nio.ByteBuffer;

/** A page in f32. */
final class PageF32 extends Page {
  private final float[] keys;
  private final float[] values;

  PageF32(KvShape.Group group) {
    super(group);
    int n = group.layers() * group.kvHeads() * blockSize();
    keys = new float[n];
    values = new float[n];
  }

  @Override
  public void write(
      int layer, int head, int slot, float[] key, int keyAt, float[] value, int valueAt) {
    int at = block(layer, head);
    int size = group.headSize();
    for (int d = 0; d < size; d++) {
      keys[at + d * SLOTS + slot] = key[keyAt + d];
    }
    System.arraycopy(value, valueAt, values, at + slot * stride, size);
  }

  @Override
  public void keys(int layer, int head, Block block) {
    block.values = keys;
    block.offset = block(layer, head);
  }

  @Override
  public void values(int layer, int head, Block block) {
    block.values = values;
    block.offset = block(layer, head);
  }

  @Override
  void copyFrom(Page other) {
    PageF32 from = (PageF32) other;
    System.arraycopy(from.keys, 0, keys, 0, keys.length);
    System.arraycopy(from.values, 0, values, 0, values.length);
  }

  @Override
  void store(ByteBuffer to) {
    to.asFloatBuffer().put(keys).put(values);
  }

  @Override
  void load(ByteBuffer from) {
    from.asFloatBuffer().get(keys).get(values);
  }
}
