package io.zaohua.engine.cache;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * All pages of one model. Pages are made when first needed, counted by owners, and reused when
 * freed.
 *
 * <p>Not for several threads at once: the thread that runs the steps owns it.
 */
public final class KvPool {
  private final KvShape shape;
  private final long budget;
  private final List<Deque<Page>> free = new ArrayList<>();
  private final PrefixIndex prefixes;
  private long allocated;
  private long inUse;

  /**
   * @param budget bytes that all pages together may take
   */
  public KvPool(KvShape shape, long budget) {
    this.shape = shape;
    this.budget = budget;
    for (int g = 0; g < shape.groups().size(); g++) {
      free.add(new ArrayDeque<>());
    }
    prefixes = new PrefixIndex(this);
  }

  public KvShape shape() {
    return shape;
  }

  /** Bytes of the pages in use. */
  public long bytesInUse() {
    return inUse;
  }

  /** Finished pages by the tokens that lead to them. */
  public PrefixIndex prefixes() {
    return prefixes;
  }

  /**
   * An empty sequence.
   *
   * @param ropeLength the length its rotations are made for, 0 where the model's do not depend on
   *     it; pages are shared only between equals
   */
  public KvSequence open(int ropeLength) {
    return new KvSequence(this, ropeLength);
  }

  Page take(int group) {
    long bytes = shape.groups().get(group).pageBytes(shape.type());
    Page page = free.get(group).poll();
    if (page == null) {
      while (allocated + bytes > budget && prefixes.evictOne()) {
        page = free.get(group).poll();
        if (page != null) {
          break;
        }
      }
    }
    if (page == null) {
      if (allocated + bytes > budget) {
        throw new UserError(
            UserError.Kind.CAPACITY,
            Message.of(
                "The cache of keys and values is full: %d MB of %d MB are in use.",
                "键值缓存已满:已用 %d MB,共 %d MB。", inUse >> 20, budget >> 20),
            Message.of(
                "Use a shorter context, a smaller cache type such as q8_0, or fewer sequences at"
                    + " once.",
                "请缩短上下文、改用更小的缓存类型(如 q8_0)或减少并行序列。"));
      }
      page = Page.of(shape.type(), shape.groups().get(group));
      allocated += bytes;
    }
    page.owners = 1;
    inUse += bytes;
    return page;
  }

  void release(int group, Page page) {
    if (--page.owners == 0) {
      inUse -= shape.groups().get(group).pageBytes(shape.type());
      free.get(group).push(page);
    }
  }
}
