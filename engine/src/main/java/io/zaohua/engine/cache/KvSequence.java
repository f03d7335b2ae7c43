package io.zaohua.engine.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cached past of one sequence: a table of pages per group of layers. */
public final class KvSequence implements AutoCloseable {
  private final KvPool pool;
  private final int ropeLength;
  private final List<@Nullable Page[]> tables = new ArrayList<>();
  private int[] tokens = new int[Page.SLOTS];
  private int length;
  private boolean known = true;
  private boolean closed;
  private PrefixIndex.@Nullable Node prefix;

  KvSequence(KvPool pool, int ropeLength) {
    this.pool = pool;
    this.ropeLength = ropeLength;
    for (int g = 0; g < pool.shape().groups().size(); g++) {
      tables.add(new @Nullable Page[8]);
    }
  }

  /** Positions cached. */
  public int length() {
    return length;
  }

  /** The length its rotations are made for; 0 where the model's do not depend on it. */
  public int ropeLength() {
    return ropeLength;
  }

  /** The cached tokens; positions that came as embeddings are -1. */
  public int[] tokens() {
    return Arrays.copyOf(tokens, length);
  }

  /** The page of a group that holds {@code position}. */
  public Page page(int group, int position) {
    Page page = tables.get(group)[position / Page.SLOTS];
    if (page == null) {
      throw new IllegalStateException("position " + position + " is no longer cached");
    }
    return page;
  }

  /**
   * Makes room for {@code count} more positions; call {@link #advance} when their keys are written.
   */
  public void reserve(int count) {
    if (closed) {
      throw new IllegalStateException("the sequence is closed");
    }
    int last = (length + count - 1) / Page.SLOTS;
    for (int g = 0; g < tables.size(); g++) {
      @Nullable Page[] table = tables.get(g);
      if (table.length <= last) {
        table = Arrays.copyOf(table, Math.max(last + 1, table.length * 2));
        tables.set(g, table);
      }
      for (int p = length / Page.SLOTS; p <= last; p++) {
        Page page = table[p];
        if (page == null) {
          table[p] = pool.take(g);
        } else if (page.owners > 1 && p == length / Page.SLOTS && length % Page.SLOTS != 0) {
          Page own = pool.take(g);
          own.copyFrom(page);
          pool.release(g, page);
          table[p] = own;
        }
      }
    }
  }

  /** Records {@code count} positions as cached; {@code ids[from ..]} are their tokens. */
  public void advance(int[] ids, int from, int count) {
    if (tokens.length < length + count) {
      tokens = Arrays.copyOf(tokens, Math.max(length + count, 2 * tokens.length));
    }
    System.arraycopy(ids, from, tokens, length, count);
    int before = length / Page.SLOTS;
    length += count;
    for (int p = before; p < length / Page.SLOTS; p++) {
      publish(p);
    }
    slide();
  }

  /**
   * No other sequence finds what comes from here on: its numbers do not follow from its tokens
   * alone, but from positions or a mask of its own too.
   */
  public void keepToItself() {
    known = false;
  }

  /** The same for positions that came as embeddings, which have no tokens to be found by. */
  public void advanceUnknown(int count) {
    keepToItself();
    int[] none = new int[count];
    Arrays.fill(none, -1);
    advance(none, 0, count);
  }

  private void publish(int page) {
    if (!known) {
      return;
    }
    Page[] pages = new Page[tables.size()];
    for (int g = 0; g < pages.length; g++) {
      Page p = tables.get(g)[page];
      if (p == null) {
        return;
      }
      pages[g] = p;
    }
    int[] ids = Arrays.copyOfRange(tokens, page * Page.SLOTS, (page + 1) * Page.SLOTS);
    prefix = pool.prefixes().publish(prefix, page, ropeLength, ids, pages).orElse(null);
    known = prefix != null;
  }

  /** Gives back pages that no later position can see. */
  private void slide() {
    for (int g = 0; g < tables.size(); g++) {
      int window = pool.shape().groups().get(g).window();
      if (window == 0) {
        continue;
      }
      int firstVisible = length + 1 - window;
      @Nullable Page[] table = tables.get(g);
      for (int p = 0; (p + 1) * Page.SLOTS <= firstVisible && p < table.length; p++) {
        Page page = table[p];
        if (page != null) {
          pool.release(g, page);
          table[p] = null;
        }
      }
    }
  }

  /**
   * Takes over the cached pages of the longest known prefix of {@code ids}; the sequence must be
   * empty.
   *
   * @param limit positions to take at most (the last token must be run to get its logits)
   * @return positions taken over
   */
  public int adopt(int[] ids, int limit) {
    if (length != 0) {
      throw new IllegalStateException("only an empty sequence adopts a prefix");
    }
    for (PrefixIndex.Node node : pool.prefixes().find(ids, ropeLength, limit)) {
      int p = length / Page.SLOTS;
      for (int g = 0; g < tables.size(); g++) {
        @Nullable Page[] table = tables.get(g);
        if (table.length <= p) {
          table = Arrays.copyOf(table, 2 * table.length);
          tables.set(g, table);
        }
        Page page = node.page(g);
        page.owners++;
        table[p] = page;
      }
      if (tokens.length < length + Page.SLOTS) {
        tokens = Arrays.copyOf(tokens, 2 * tokens.length);
      }
      System.arraycopy(ids, length, tokens, length, Page.SLOTS);
      length += Page.SLOTS;
      prefix = node;
    }
    slide();
    return length;
  }

  /** A second sequence with the same past; pages are shared until one of the two writes. */
  public KvSequence fork() {
    KvSequence copy = new KvSequence(pool, ropeLength);
    copy.tokens = tokens.clone();
    copy.length = length;
    copy.known = known;
    copy.prefix = prefix;
    int pages = (length + Page.SLOTS - 1) / Page.SLOTS;
    for (int g = 0; g < tables.size(); g++) {
      @Nullable Page[] table = Arrays.copyOf(tables.get(g), Math.max(8, pages));
      for (int p = 0; p < table.length; p++) {
        Page page = table[p];
        if (p >= pages) {
          table[p] = null;
        } else if (page != null) {
          page.owners++;
        }
      }
      copy.tables.set(g, table);
    }
    return copy;
  }

  /**
   * Forgets all positions from {@code length} on.
   *
   * @throws IllegalArgumentException if the window has already given back what is then needed
   */
  public void trim(int length) {
    if (length > this.length || length < 0) {
      throw new IllegalArgumentException("cannot trim " + this.length + " positions to " + length);
    }
    if (!canTrim(length)) {
      throw new IllegalArgumentException(
          "the sliding window has given back positions before " + this.length);
    }
    int keep = (length + Page.SLOTS - 1) / Page.SLOTS;
    for (int g = 0; g < tables.size(); g++) {
      @Nullable Page[] table = tables.get(g);
      for (int p = keep; p < table.length; p++) {
        Page page = table[p];
        if (page != null) {
          pool.release(g, page);
          table[p] = null;
        }
      }
    }
    this.length = length;
    PrefixIndex.Node node = prefix;
    while (node != null && (node.number() + 1) * Page.SLOTS > length) {
      node = node.parent();
    }
    prefix = node;
  }

  /** Whether every position that position {@code length} would see is still cached. */
  public boolean canTrim(int length) {
    for (int g = 0; g < tables.size(); g++) {
      int window = pool.shape().groups().get(g).window();
      int first = window == 0 ? 0 : Math.max(0, length + 1 - window);
      @Nullable Page[] table = tables.get(g);
      for (int at = first / Page.SLOTS; at * Page.SLOTS < length; at++) {
        if (table[at] == null) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public void close() {
    if (!closed) {
      for (int g = 0; g < tables.size(); g++) {
        @Nullable Page[] table = tables.get(g);
        for (int p = 0; p < table.length; p++) {
          Page page = table[p];
          if (page != null) {
            pool.release(g, page);
            table[p] = null;
          }
        }
      }
      length = 0;
      closed = true;
    }
  }
}
