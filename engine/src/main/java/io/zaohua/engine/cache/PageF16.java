package io.zaohua.engine.cache;

import java.nio.ByteBuffer;

/** A page in f16, unpacked block by block into f32 scratch that stays in the first-level cache. */
final class PageF16 extends Page {
  private final short[] keys;
  private final short[] values;

  PageF16(KvShape.Group group) {
    super(group);
    int n = group.layers() * group.kvHeads() * blockSize();
    keys = new short[n];
    values = new short[n];
  }

  @Override
  public void write(
      int layer, int head, int slot, float[] key, int keyAt, float[] value, int valueAt) {
    int at = block(layer, head);
    int size = group.headSize();
    for (int d = 0; d < size; d++) {
      keys[at + d * SLOTS + slot] = Float.floatToFloat16(key[keyAt + d]);
    }
    for (int d = 0; d < size; d++) {
      values[at + slot * stride + d] = Float.floatToFloat16(value[valueAt + d]);
    }
  }

  @Override
  public void keys(int layer, int head, Block block) {
    unpack(keys, layer, head, block);
  }

  @Override
  public void values(int layer, int head, Block block) {
    unpack(values, layer, head, block);
  }

  private void unpack(short[] from, int layer, int head, Block block) {
    int n = blockSize();
    float[] to = block.scratch(n);
    convert(from, block(layer, head), to, n);
    block.values = to;
    block.offset = 0;
  }

  /** Compiled to vcvtph2ps by C2. */
  private static void convert(short[] from, int at, float[] to, int n) {
    for (int i = 0; i < n; i++) {
      to[i] = Float.float16ToFloat(from[at + i]);
    }
  }

  @Override
  void copyFrom(Page other) {
    PageF16 from = (PageF16) other;
    System.arraycopy(from.keys, 0, keys, 0, keys.length);
    System.arraycopy(from.values, 0, values, 0, values.length);
  }

  @Override
  void store(ByteBuffer to) {
    to.asShortBuffer().put(keys).put(values);
  }

  @Override
  void load(ByteBuffer from) {
    from.asShortBuffer().get(keys).get(values);
  }
}
