package io.zaohua.engine.step;

import io.zaohua.engine.cache.KvShape;
import io.zaohua.engine.cache.Page;
import io.zaohua.engine.kernel.Cores;
import io.zaohua.engine.kernel.Matrix;
import io.zaohua.model.spec.Mixer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Runs attention over all rows of a step: {@code work.normed} to {@code work.branch}.
 *
 * <p>The past is cut into splits of {@link #SPLIT} pages at fixed positions; each split is summed
 * by itself and the splits are merged in order, so the bits do not depend on who computes what.
 */
final class AttentionRunner {
  /** Pages per split. */
  private static final int SPLIT = 4;

  /** Rows that one piece of work takes through the pages together. */
  private static final int TILE = 16;

  private final Cores cores;
  private final Workspace work;
  private final KvShape shape;
  private final AttentionKernel[] kernels;

  AttentionRunner(Cores cores, Workspace work, KvShape shape) {
    this.cores = cores;
    this.work = work;
    this.shape = shape;
    kernels = new AttentionKernel[cores.threads()];
    for (int i = 0; i < kernels.length; i++) {
      kernels[i] = new AttentionKernel();
    }
  }

  /** Rows of an entry that go through one key-value head and one split together. */
  private record Unit(RowPlan plan, int row, int rows, int kvHead, int split, int slot) {}

  void run(
      int layer,
      Mixer.Attention a,
      LayerWeights w,
      List<RowPlan> plan,
      int rows,
      int width,
      IntFunction<RopeTable> tables) {
    int queries = a.heads() * a.headSize();
    int keys = a.kvHeads() * a.headSize();
    work.q = Workspace.atLeast(work.q, (long) rows * queries);
    work.k = Workspace.atLeast(work.k, (long) rows * keys);
    work.v = Workspace.atLeast(work.v, (long) rows * keys);
    work.mixed = Workspace.atLeast(work.mixed, (long) rows * queries);
    project(w, rows, width, queries, keys);
    store(layer, a, w, plan, queries, keys, tables);
    mix(layer, a, plan, queries);
    Matrix o = w.o;
    work.input.load(work.mixed, 0, queries, rows, queries, cores, o);
    float[] y = work.branch;
    cores.forEach(
        width,
        Matrix.piece(rows),
        (low, high, _) -> {
          o.multiply(work.input, y, 0, width, low, high);
          VectorMath.addBias(w.oBias, y, rows, width, low, high);
        });
  }

  /** The three projections as one region: pieces of q, then k, then v. */
  private void project(LayerWeights w, int rows, int width, int queries, int keys) {
    work.input.load(work.normed, 0, width, rows, width, cores, w.q, w.k, w.v);
    int size = Matrix.piece(rows);
    int qPieces = (queries + size - 1) / size;
    int kPieces = (keys + size - 1) / size;
    cores.forEach(
        qPieces + 2 * kPieces,
        1,
        (from, to, _) -> {
          for (int p = from; p < to; p++) {
            if (p < qPieces) {
              piece(w.q, w.qBias, work.q, rows, queries, p);
            } else if (p < qPieces + kPieces) {
              piece(w.k, w.kBias, work.k, rows, keys, p - qPieces);
            } else {
              piece(w.v, w.vBias, work.v, rows, keys, p - qPieces - kPieces);
            }
          }
        });
  }

  private void piece(Matrix m, float[] bias, float[] y, int rows, int size, int piece) {
    int low = piece * Matrix.piece(rows);
    int high = Math.min(size, low + Matrix.piece(rows));
    m.multiply(work.input, y, 0, size, low, high);
    VectorMath.addBias(bias, y, rows, size, low, high);
  }

  /** Norms and turns queries and keys, and caches keys and values. */
  private void store(
      int layer,
      Mixer.Attention a,
      LayerWeights w,
      List<RowPlan> plan,
      int queries,
      int keys,
      IntFunction<RopeTable> tables) {
    int group = shape.groupOf().get(layer);
    int inGroup = shape.indexInGroup().get(layer);
    int size = a.headSize();
    for (RowPlan p : plan) {
      RopeTable rope = tables.apply(p.sequence().ropeLength());
      int last = 0;
      for (int position : p.positions()) {
        last = Math.max(last, position);
      }
      rope.grow(last + 1);
      boolean turns = a.rope().dims() > 0;
      cores.forEach(
          p.count(),
          4,
          (from, to, _) -> {
            for (int r = from; r < to; r++) {
              int qAt = (p.first() + r) * queries;
              int kAt = (p.first() + r) * keys;
              normHeads(a, w.qNorm, work.q, qAt, a.heads());
              normHeads(a, w.kNorm, work.k, kAt, a.kvHeads());
              if (turns) {
                for (int h = 0; h < a.heads(); h++) {
                  rope.rotate(work.q, qAt + h * size, p.positions(), r * p.axes(), p.axes());
                }
                for (int h = 0; h < a.kvHeads(); h++) {
                  rope.rotate(work.k, kAt + h * size, p.positions(), r * p.axes(), p.axes());
                }
              }
              int slot = p.start() + r;
              Page page = p.sequence().page(group, slot);
              for (int h = 0; h < a.kvHeads(); h++) {
                int at = kAt + h * size;
                page.write(inGroup, h, slot % Page.SLOTS, work.k, at, work.v, at);
              }
            }
          });
    }
  }

  private static void normHeads(
      Mixer.Attention a, LayerWeights.Gains gains, float[] x, int at, int heads) {
    if (!a.qkNorm().present()) {
      return;
    }
    float[] weight = gains.weight;
    float[] bias = gains.bias;
    switch (a.qkNormSpan()) {
      case PROJECTION ->
          VectorMath.norm(a.qkNorm(), weight, bias, x, at, x, at, heads * a.headSize());
      case HEAD -> {
        for (int h = 0; h < heads; h++) {
          int head = at + h * a.headSize();
          VectorMath.norm(a.qkNorm(), weight, bias, x, head, x, head, a.headSize());
        }
      }
    }
  }

  private void mix(int layer, Mixer.Attention a, List<RowPlan> plan, int queries) {
    int group = shape.groupOf().get(layer);
    int inGroup = shape.indexInGroup().get(layer);
    int perKv = a.heads() / a.kvHeads();
    int stride = shape.groups().get(group).stride();
    int state = stride + 2;
    List<Unit> units = new ArrayList<>();
    int slots = 0;
    List<Unit> tiles = new ArrayList<>();
    for (RowPlan p : plan) {
      for (int row = 0; row < p.count(); row += TILE) {
        int n = Math.min(TILE, p.count() - row);
        int first = firstSplit(p, a.window(), row);
        int last = lastSplit(p, row, n);
        for (int h = 0; h < a.kvHeads(); h++) {
          tiles.add(new Unit(p, row, n, h, last - first + 1, slots));
          for (int s = first; s <= last; s++) {
            units.add(new Unit(p, row, n, h, s, slots));
            slots += n * perKv;
          }
        }
      }
    }
    work.states = Workspace.atLeast(work.states, (long) slots * state);
    cores.forEach(
        units.size(),
        1,
        (from, to, thread) -> {
          for (int u = from; u < to; u++) {
            split(units.get(u), a, group, inGroup, queries, perKv, stride, kernels[thread]);
          }
        });
    cores.forEach(
        tiles.size(),
        4,
        (from, to, _) -> {
          for (int t = from; t < to; t++) {
            finish(tiles.get(t), a, queries, perKv, stride);
          }
        });
  }

  private static int firstSplit(RowPlan p, int window, int row) {
    return low(p, window, row) / (SPLIT * Page.SLOTS);
  }

  private static int lastSplit(RowPlan p, int row, int n) {
    int end = 0;
    for (int r = row; r < row + n; r++) {
      end = Math.max(end, p.until()[r]);
    }
    return (end - 1) / (SPLIT * Page.SLOTS);
  }

  /** First slot that a row sees. */
  private static int low(RowPlan p, int window, int row) {
    return window == 0 ? 0 : Math.max(0, p.start() + row + 1 - window);
  }

  private void split(
      Unit u,
      Mixer.Attention a,
      int group,
      int inGroup,
      int queries,
      int perKv,
      int stride,
      AttentionKernel kernel) {
    int state = stride + 2;
    int base = u.slot() * state;
    int heads = u.rows() * perKv;
    for (int i = 0; i < heads; i++) {
      AttentionKernel.clear(work.states, base + i * state, stride);
    }
    RowPlan p = u.plan();
    kernel.shape(a.headSize(), stride, a.scale(), a.softCap());
    int end = 0;
    for (int r = u.row(); r < u.row() + u.rows(); r++) {
      end = Math.max(end, p.until()[r]);
    }
    int begin = low(p, a.window(), u.row());
    for (int n = u.split() * SPLIT; n < (u.split() + 1) * SPLIT; n++) {
      int at = n * Page.SLOTS;
      if (at >= end || at + Page.SLOTS <= begin) {
        continue;
      }
      Page page = p.sequence().page(group, at);
      page.keys(inGroup, u.kvHead(), kernel.keys);
      page.values(inGroup, u.kvHead(), kernel.values);
      for (int i = 0; i < heads; i++) {
        int row = u.row() + i / perKv;
        int low = Math.max(0, low(p, a.window(), row) - at);
        int high = Math.min(Page.SLOTS, p.until()[row] - at);
        if (low >= high) {
          continue;
        }
        int q = query(u, i, queries, perKv, a.headSize());
        int next = u.row() + (i + 1) / perKv;
        if (i + 1 < heads
            && low == Math.max(0, low(p, a.window(), next) - at)
            && high == Math.min(Page.SLOTS, p.until()[next] - at)) {
          int q2 = query(u, i + 1, queries, perKv, a.headSize());
          kernel.pages(
              work.q, q, q2, low, high, work.states, base + i * state, base + (i + 1) * state);
          i++;
        } else {
          kernel.page(work.q, q, low, high, work.states, base + i * state);
        }
      }
    }
  }

  /** Where query {@code i} of a unit stands: rows, and the heads of a row within them. */
  private static int query(Unit u, int i, int queries, int perKv, int size) {
    int row = u.plan().first() + u.row() + i / perKv;
    return row * queries + (u.kvHead() * perKv + i % perKv) * size;
  }

  /** Merges the splits of a tile in order; {@code split} of a tile is their number. */
  private void finish(Unit tile, Mixer.Attention a, int queries, int perKv, int stride) {
    int state = stride + 2;
    int n = tile.rows() * perKv;
    int base = tile.slot() * state;
    RowPlan p = tile.plan();
    for (int i = 0; i < n; i++) {
      int at = base + i * state;
      for (int s = 1; s < tile.split(); s++) {
        AttentionKernel.merge(work.states, at, work.states, base + (s * n + i) * state, stride);
      }
      int row = p.first() + tile.row() + i / perKv;
      int head = tile.kvHead() * perKv + i % perKv;
      AttentionKernel.finish(
          work.states, at, work.mixed, row * queries + head * a.headSize(), a.headSize());
    }
  }
}
