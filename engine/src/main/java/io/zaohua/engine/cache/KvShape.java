package io.zaohua.engine.cache;

import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.TransformerSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model's cache looks like: layers with the same window and head shape share page tables, so
 * that sliding windows give pages back.
 *
 * @param type element type
 * @param groups the groups
 * @param groupOf group of each layer
 * @param indexInGroup place of each layer in its group
 */
public record KvShape(
    KvType type, List<Group> groups, List<Integer> groupOf, List<Integer> indexInGroup) {

  /**
   * Layers with one page table.
   *
   * @param window visible positions, 0 for all
   */
  public record Group(int window, int layers, int kvHeads, int headSize) {
    /** Head size rounded up so that vector loops need no tail. */
    public int stride() {
      return (headSize + 15) & ~15;
    }

    /** Bytes of one page. */
    long pageBytes(KvType type) {
      return 2L * layers * kvHeads * Page.SLOTS * type.bytes(stride());
    }
  }

  public KvShape {
    groups = List.copyOf(groups);
    groupOf = List.copyOf(groupOf);
    indexInGroup = List.copyOf(indexInGroup);
  }

  public static KvShape of(TransformerSpec spec, KvType type) {
    List<Group> groups = new ArrayList<>();
    List<Integer> groupOf = new ArrayList<>();
    List<Integer> index = new ArrayList<>();
    for (TransformerSpec.Layer layer : spec.layers()) {
      Mixer.Attention a = layer.attention();
      int g = 0;
      while (g < groups.size() && !fits(groups.get(g), a)) {
        g++;
      }
      if (g == groups.size()) {
        groups.add(new Group(a.window(), 0, a.kvHeads(), a.headSize()));
      }
      Group old = groups.get(g);
      groupOf.add(g);
      index.add(old.layers());
      groups.set(g, new Group(old.window(), old.layers() + 1, old.kvHeads(), old.headSize()));
    }
    return new KvShape(type, groups, groupOf, index);
  }

  private static boolean fits(Group g, Mixer.Attention a) {
    return g.window() == a.window() && g.kvHeads() == a.kvHeads() && g.headSize() == a.headSize();
  }

  /** Bytes that a sequence of {@code length} positions holds. */
  public long bytes(int length) {
    long total = 0;
    for (Group g : groups) {
      long seen = g.window() == 0 ? length : Math.min(length, (long) g.window() + Page.SLOTS);
      total += (seen + Page.SLOTS - 1) / Page.SLOTS * g.pageBytes(type);
    }
    return total;
  }
}
