package io.zaohua.engine.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Full pages by the tokens that lead to them: a tree with one node a page. A page depends on all
 * tokens before it, so a node is found only through its parents. The index owns one share of each
 * of its pages; leaves that nobody else uses are evicted, longest unused first, when the pool is
 * full.
 */
public final class PrefixIndex {
  private final KvPool pool;
  private final Map<Key, Node> nodes = new HashMap<>();
  private long clock;

  PrefixIndex(KvPool pool) {
    this.pool = pool;
  }

  /** One finished page of every group. */
  static final class Node {
    private final Key key;
    private final @Nullable Node parent;
    private final int number;
    private final Page[] pages;
    private int children;
    private long used;

    Node(Key key, @Nullable Node parent, int number, Page[] pages) {
      this.key = key;
      this.parent = parent;
      this.number = number;
      this.pages = pages;
    }

    Page page(int group) {
      return pages[group];
    }

    /** Which page of the sequence this is, from 0. */
    int number() {
      return number;
    }

    @Nullable Node parent() {
      return parent;
    }
  }

  /** Identity of the parent, the rope length, and the page's own tokens. */
  record Key(@Nullable Node parent, int ropeLength, List<Integer> tokens) {
    @Override
    public int hashCode() {
      return System.identityHashCode(parent) * 31 + tokens.hashCode() + ropeLength;
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Key(var p, var r, var t)
          && p == parent
          && r == ropeLength
          && t.equals(tokens);
    }
  }

  private static List<Integer> boxed(int[] ids, int from) {
    List<Integer> list = new ArrayList<>(Page.SLOTS);
    for (int i = 0; i < Page.SLOTS; i++) {
      list.add(ids[from + i]);
    }
    return list;
  }

  /** Pages in the index. */
  public int size() {
    return nodes.size();
  }

  /** Adds a finished page; the first one with these tokens stays. Nothing is added after a gap. */
  Optional<Node> publish(
      @Nullable Node parent, int number, int ropeLength, int[] ids, Page[] pages) {
    if ((parent == null) != (number == 0) || (parent != null && parent.number != number - 1)) {
      return Optional.empty();
    }
    Key key = new Key(parent, ropeLength, boxed(ids, 0));
    Node node = nodes.get(key);
    if (node == null) {
      if (parent != null && nodes.get(parent.key) != parent) {
        return Optional.empty();
      }
      node = new Node(key, parent, number, Arrays.copyOf(pages, pages.length));
      for (Page page : pages) {
        page.owners++;
      }
      nodes.put(key, node);
      if (parent != null) {
        parent.children++;
      }
    }
    node.used = ++clock;
    return Optional.of(node);
  }

  /**
   * The chain of nodes for the longest known prefix of {@code ids}, at most {@code limit} tokens.
   */
  List<Node> find(int[] ids, int ropeLength, int limit) {
    List<Node> chain = new ArrayList<>();
    Node parent = null;
    for (int at = 0; at + Page.SLOTS <= Math.min(limit, ids.length); at += Page.SLOTS) {
      Node node = nodes.get(new Key(parent, ropeLength, boxed(ids, at)));
      if (node == null) {
        break;
      }
      node.used = ++clock;
      chain.add(node);
      parent = node;
    }
    return chain;
  }

  /** Drops the longest unused leaf whose pages nobody else holds; false if there is none. */
  boolean evictOne() {
    Node oldest = null;
    for (Node node : nodes.values()) {
      if (node.children == 0
          && Arrays.stream(node.pages).allMatch(p -> p.owners == 1)
          && (oldest == null || node.used < oldest.used)) {
        oldest = node;
      }
    }
    if (oldest == null) {
      return false;
    }
    drop(oldest);
    return true;
  }

  private void drop(Node node) {
    nodes.remove(node.key);
    Node parent = node.parent;
    if (parent != null) {
      parent.children--;
    }
    for (int g = 0; g < node.pages.length; g++) {
      pool.release(g, node.pages[g]);
    }
  }

  /** Forgets everything that no sequence holds. */
  public void clear() {
    while (evictOne()) {
      // one leaf after the other
    }
  }
}
