package io.zaohua.engine.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cached past of one sequence: a table of pages per group of layers. */
public final class KvSequence implements AutoCloseable {
  /** Stands for a token where there is none. */
  public static final int NONE = -1;

  private final KvPool pool;
  private final int ropeLength;
  private final List<@Nullable Page[]> tables = new ArrayList<>();
  private int[] tokens = new int[Page.SLOTS];
  private int length;
  private int beginning;
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

  /** Positions cached, those that all sequences begin with included. */
  public int length() {
    return length;
  }

  /** The length its rotations are made for; 0 where the model's do not depend on it. */
  public int ropeLength() {
    return ropeLength;
  }

  /** The cached tokens; positions that have none are {@link #NONE}. */
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
    Arrays.fill(none, NONE);
    advance(none, 0, count);
  }

  /**
   * What is cached now is what all sequences of this pool begin with, though it has no tokens: it
   * does not keep what comes after it from being found.
   */
  public void shareBeginning() {
    beginning = length;
    known = true;
    for (int p = 0; p < length / Page.SLOTS; p++) {
      publish(p);
    }
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
   * Takes over the cached pages of the longest known prefix of {@code ids}; the sequence must hold
   * no token yet.
   *
   * @param limit positions to take at most (the last token must be run to get its logits)
   * @return positions taken over, without those that all sequences begin with
   */
  public int adopt(int[] ids, int limit) {
    if (length != beginning) {
      throw new IllegalStateException("only an empty sequence adopts a prefix");
    }
    int[] all = begun(ids);
    List<PrefixIndex.Node> nodes = pool.prefixes().find(all, ropeLength, beginning + limit);
    int found = nodes.size() * Page.SLOTS;
    if (found <= beginning) {
      return 0;
    }
    for (PrefixIndex.Node node : nodes) {
      int p = node.number();
      for (int g = 0; g < tables.size(); g++) {
        @Nullable Page[] table = tables.get(g);
        if (table.length <= p) {
          table = Arrays.copyOf(table, 2 * table.length);
          tables.set(g, table);
        }
        Page page = node.page(g);
        page.owners++;
        Page before = table[p];
        if (before != null) {
          pool.release(g, before);
        }
        table[p] = page;
      }
      prefix = node;
    }
    if (tokens.length < found) {
      tokens = Arrays.copyOf(tokens, Math.max(found, 2 * tokens.length));
    }
    System.arraycopy(all, 0, tokens, 0, found);
    length = found;
    slide();
    return length - beginning;
  }

  /** The ids behind those of the beginning. */
  private int[] begun(int[] ids) {
    if (beginning == 0) {
      return ids;
    }
    int[] all = new int[beginning + ids.length];
    Arrays.fill(all, 0, beginning, NONE);
    System.arraycopy(ids, 0, all, beginning, ids.length);
    return all;
  }

  /** A second sequence with the same past; pages are shared until one of the two writes. */
  public KvSequence fork() {
    KvSequence copy = new KvSequence(pool, ropeLength);
    copy.tokens = tokens.clone();
    copy.length = length;
    copy.beginning = beginning;
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
   * Forgets all positions from {@code length} on, which is at least what all sequences begin with.
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
