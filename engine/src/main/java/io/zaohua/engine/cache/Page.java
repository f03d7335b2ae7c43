package io.zaohua.engine.cache;

import java.nio.ByteBuffer;

/**
 * Keys and values of {@link #SLOTS} consecutive positions for all layers of a group.
 *
 * <p>Per layer and head, keys are [stride, SLOTS] (positions side by side, so that scores need no
 * sum across lanes) and values [SLOTS, stride].
 */
public abstract sealed class Page permits PageF32, PageF16, PageQ8 {
  /** Positions per page; attention is summed page by page, so it is a fixed constant. */
  public static final int SLOTS = 64;

  final KvShape.Group group;
  final int stride;
  int owners = 1;

  Page(KvShape.Group group) {
    this.group = group;
    this.stride = group.stride();
  }

  static Page of(KvType type, KvShape.Group group) {
    return switch (type) {
      case F32 -> new PageF32(group);
      case F16 -> new PageF16(group);
      case Q8_0 -> new PageQ8(group);
    };
  }

  /** A block of f32 keys or values: either the page's own array or one unpacked into scratch. */
  public static final class Block {
    public float[] values = new float[0];
    public int offset;
    float[] scratch = new float[0];

    float[] scratch(int n) {
      if (scratch.length < n) {
        scratch = new float[n];
      }
      return scratch;
    }
  }

  /** Elements per layer and head. */
  final int blockSize() {
    return stride * SLOTS;
  }

  final int block(int layer, int head) {
    return (layer * group.kvHeads() + head) * blockSize();
  }

  /** Stores key and value of one head at {@code slot}. */
  public abstract void write(
      int layer, int head, int slot, float[] key, int keyAt, float[] value, int valueAt);

  /** Gives keys [stride, SLOTS]. */
  public abstract void keys(int layer, int head, Block block);

  /** Gives values [SLOTS, stride]. */
  public abstract void values(int layer, int head, Block block);

  /** Takes over everything stored in {@code other}, a page of the same group and type. */
  abstract void copyFrom(Page other);

  /** Puts everything stored behind the buffer's position: {@link KvShape.Group#pageBytes}. */
  abstract void store(ByteBuffer to);

  /** Takes over what {@link #store} wrote. */
  abstract void load(ByteBuffer from);
}
