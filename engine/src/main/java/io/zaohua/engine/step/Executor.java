package io.zaohua.engine.step;

import io.zaohua.engine.cache.KvPool;
import io.zaohua.engine.cache.KvSequence;
import io.zaohua.engine.kernel.Cores;
import io.zaohua.engine.kernel.Matrix;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.adapter.Front;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Norm;
import io.zaohua.model.spec.Part;
import io.zaohua.model.spec.Rope;
import io.zaohua.model.spec.RopeFrequencies;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.Weights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Runs steps of a transformer stack on the CPU. A row's numbers never depend on what else is in the
 * step: not on the chunking, the cache hits, the other sequences or the number of threads.
 *
 * <p>One step at a time; the thread that calls owns the pool.
 */
public final class Executor {
  /** Logit rows computed together, so that [rows, vocabulary] never gets large. */
  private static final int HEAD_ROWS = 32;

  private static final int ROW_PIECE = 64;

  private final TransformerSpec spec;
  private final KvPool pool;
  private final Cores cores;
  private final Matrix embedding;
  private final Matrix head;
  private final float[] headBias;
  private final float[] positions;
  private final LayerWeights.Gains finalNorm;
  private final List<LayerWeights> layers = new ArrayList<>();
  private final Map<RopeKey, RopeTable> ropes = new HashMap<>();
  private final Workspace work = new Workspace();
  private final AttentionRunner attention;
  private final FeedForwardRunner feedForward;
  private final Beginning beginning;

  private record RopeKey(Rope rope, int length) {}

  /**
   * @param matrices packs a part into kernel layout
   */
  public Executor(
      TransformerSpec spec,
      Weights weights,
      Function<String, Matrix> matrices,
      KvPool pool,
      Cores cores) {
    this(spec, weights, matrices, Optional.empty(), pool, cores);
  }

  /**
   * The same with learned positions before every sequence.
   *
   * @param front of an adapter for this stack
   */
  public Executor(
      TransformerSpec spec,
      Weights weights,
      Function<String, Matrix> matrices,
      Optional<Front> front,
      KvPool pool,
      Cores cores) {
    this.spec = spec;
    this.pool = pool;
    this.cores = cores;
    embedding = matrices.apply(Part.EMBEDDING);
    positions =
        spec.embedding().learnedPositions().isPresent()
            ? weights.floats(Part.POSITIONS)
            : new float[0];
    for (int i = 0; i < spec.layers().size(); i++) {
      layers.add(new LayerWeights(spec.layers().get(i), i, weights, matrices));
    }
    finalNorm = LayerWeights.gains(spec.finalNorm(), weights, Part.FINAL_NORM);
    head = spec.head().tied() ? embedding : matrices.apply(Part.HEAD + ".weight");
    headBias = spec.head().bias() ? weights.floats(Part.HEAD + ".bias") : new float[0];
    attention = new AttentionRunner(cores, work, pool.shape());
    feedForward = new FeedForwardRunner(cores, work);
    beginning = new Beginning(front, spec, pool, step -> run(step, (_, _, _, _) -> {}));
  }

  public TransformerSpec spec() {
    return spec;
  }

  public KvPool pool() {
    return pool;
  }

  /** A sequence without tokens, opened for {@code reach} of them. */
  public KvSequence open(int reach) {
    return beginning.open(ropeLength(reach));
  }

  /** Learned positions that every sequence begins with. */
  public int beginning() {
    return beginning.length();
  }

  /** The length that rotations are made for in a sequence opened for {@code reach} tokens. */
  public int ropeLength(int reach) {
    int positions = beginning.length() + reach;
    int length = 0;
    for (TransformerSpec.Layer layer : spec.layers()) {
      length = Math.max(length, RopeFrequencies.lengthClass(layer.attention().rope(), positions));
    }
    return length;
  }

  /** Runs the step: caches keys and values of every row, then hands out what was asked for. */
  public void run(Step step, Step.Output output) {
    int rows = step.rows();
    if (rows == 0) {
      return;
    }
    for (Step.Entry e : step.entries()) {
      check(e);
    }
    for (Step.Entry e : step.entries()) {
      e.sequence().reserve(e.rows().count());
    }
    int width = spec.width();
    work.x = Workspace.atLeast(work.x, (long) rows * width);
    work.normed = Workspace.atLeast(work.normed, (long) rows * width);
    work.branch = Workspace.atLeast(work.branch, (long) rows * width);
    List<RowPlan> plan = plan(step);
    embed(step, plan);
    for (int i = 0; i < layers.size(); i++) {
      block(i, plan, rows);
    }
    for (Step.Entry e : step.entries()) {
      switch (e.rows()) {
        case Step.Rows.Tokens t -> {
          if (!e.positions().isEmpty() || !(e.mask() instanceof Step.Mask.Causal)) {
            e.sequence().keepToItself();
          }
          e.sequence().advance(ints(t.ids()), 0, t.count());
        }
        case Step.Rows.Embeddings m -> e.sequence().advanceUnknown(m.count());
      }
    }
    results(plan, step, output);
  }

  private static int[] ints(List<Integer> list) {
    int[] a = new int[list.size()];
    for (int i = 0; i < a.length; i++) {
      a[i] = list.get(i);
    }
    return a;
  }

  private void check(Step.Entry e) {
    int end = e.sequence().length() + e.rows().count();
    int limit = spec.embedding().learnedPositions().orElse(Integer.MAX_VALUE);
    if (end > limit) {
      throw new UserError(
          UserError.Kind.CAPACITY,
          Message.of(
              "The model has learned positions for %d tokens, and %d were given.",
              "模型只学过 %d 个位置,而输入有 %d 个。", limit, end),
          Message.of("Shorten the text.", "请缩短文本。"));
    }
    int axes = e.positions().size() / e.rows().count();
    for (TransformerSpec.Layer layer : spec.layers()) {
      int needed = layer.attention().rope().axes();
      if (axes > 1 && axes < needed) {
        throw new IllegalArgumentException(
            "positions of " + axes + " axes for a rope of " + needed);
      }
    }
    switch (e.rows()) {
      case Step.Rows.Tokens t -> {
        for (int id : t.ids()) {
          if (id < 0 || id >= spec.vocabulary()) {
            throw new UserError(
                UserError.Kind.INPUT,
                Message.of(
                    "Token id %d is outside the vocabulary of %d.",
                    "词元编号 %d 超出了大小为 %d 的词表。", id, spec.vocabulary()),
                Message.of("Use the tokenizer of this checkpoint.", "请使用此检查点自己的分词器。"));
          }
        }
      }
      case Step.Rows.Embeddings m -> {
        if (m.values().length != m.count() * spec.width()) {
          throw new IllegalArgumentException(
              "embedding rows need width " + spec.width() + ", got " + m.values().length);
        }
      }
    }
  }

  /** Where each entry's rows stand, and what every row sees. */
  private List<RowPlan> plan(Step step) {
    List<RowPlan> plan = new ArrayList<>();
    int first = 0;
    for (Step.Entry e : step.entries()) {
      int count = e.rows().count();
      int[] until = new int[count];
      int start = e.sequence().length();
      int axes = Math.max(1, e.positions().size() / count);
      int[] positions =
          e.positions().isEmpty()
              ? IntStream.range(start, start + count).toArray()
              : ints(e.positions());
      for (int r = 0; r < count; r++) {
        until[r] = e.mask().until(start, r, count);
      }
      plan.add(new RowPlan(e.sequence(), first, count, start, until, axes, positions));
      first += count;
    }
    return plan;
  }

  private void embed(Step step, List<RowPlan> plan) {
    int width = spec.width();
    float scale = spec.embedding().scale();
    for (int i = 0; i < plan.size(); i++) {
      RowPlan p = plan.get(i);
      for (int r = 0; r < p.count(); r++) {
        int at = (p.first() + r) * width;
        switch (step.entries().get(i).rows()) {
          case Step.Rows.Tokens t -> {
            embedding.row(t.ids().get(r), work.x, at);
            if (scale != 1) {
              for (int j = at; j < at + width; j++) {
                work.x[j] *= scale;
              }
            }
          }
          case Step.Rows.Embeddings m -> System.arraycopy(m.values(), r * width, work.x, at, width);
        }
        if (positions.length > 0) {
          VectorMath.add(work.x, at, positions, p.position(r) * width, width);
        }
      }
    }
  }

  private void block(int index, List<RowPlan> plan, int rows) {
    TransformerSpec.Layer layer = spec.layers().get(index);
    LayerWeights w = layers.get(index);
    int width = spec.width();
    float[] x = work.x;
    Mixer.Attention a = layer.attention();
    normRows(layer.preMixer(), w.preMixer, x, work.normed, rows);
    attention.run(index, a, w, plan, rows, width, table -> rope(a.rope(), table));
    float[] mixed = work.branch;
    normBranch(layer.postMixer(), w.postMixer, rows);
    if (layer.parallel()) {
      normRows(layer.preFeedForward(), w.preFeedForward, x, work.normed, rows);
      addRows(x, mixed, rows, layer.residualScale());
    } else {
      addRows(x, mixed, rows, layer.residualScale());
      normRows(layer.preFeedForward(), w.preFeedForward, x, work.normed, rows);
    }
    feedForward.run(w.feedForward, rows, width);
    normBranch(layer.postFeedForward(), w.postFeedForward, rows);
    addRows(x, work.branch, rows, layer.residualScale());
  }

  private RopeTable rope(Rope rope, int length) {
    return ropes.computeIfAbsent(new RopeKey(rope, length), k -> new RopeTable(rope, length));
  }

  private void normBranch(Norm norm, LayerWeights.Gains gains, int rows) {
    if (norm.present()) {
      normRows(norm, gains, work.branch, work.branch, rows);
    }
  }

  private void normRows(Norm norm, LayerWeights.Gains gains, float[] from, float[] to, int rows) {
    int width = spec.width();
    cores.forEach(
        rows,
        4,
        (low, high, _) -> {
          for (int r = low; r < high; r++) {
            VectorMath.norm(norm, gains.weight, gains.bias, from, r * width, to, r * width, width);
          }
        });
  }

  private void addRows(float[] x, float[] branch, int rows, float scale) {
    int width = spec.width();
    cores.forEach(
        rows,
        16,
        (low, high, _) ->
            VectorMath.addScaled(x, low * width, branch, low * width, (high - low) * width, scale));
  }

  private void results(List<RowPlan> plan, Step step, Step.Output output) {
    int width = spec.width();
    List<int[]> wanted = new ArrayList<>();
    for (int i = 0; i < plan.size(); i++) {
      RowPlan p = plan.get(i);
      Step.Entry e = step.entries().get(i);
      for (int r = 0; r < p.count(); r++) {
        boolean logits = e.logits().row(r, p.count());
        boolean hidden = e.hidden().row(r, p.count());
        if (!logits && !hidden) {
          continue;
        }
        int at = (p.first() + r) * width;
        VectorMath.norm(
            spec.finalNorm(), finalNorm.weight, finalNorm.bias, work.x, at, work.normed, at, width);
        if (hidden) {
          output.hidden(i, r, work.normed, at);
        }
        if (logits) {
          wanted.add(new int[] {i, r, p.first() + r});
        }
      }
    }
    for (int from = 0; from < wanted.size(); from += HEAD_ROWS) {
      head(wanted.subList(from, Math.min(wanted.size(), from + HEAD_ROWS)), output);
    }
  }

  private void head(List<int[]> rows, Step.Output output) {
    int width = spec.width();
    int vocabulary = spec.vocabulary();
    int n = rows.size();
    work.gathered = Workspace.atLeast(work.gathered, (long) n * width);
    for (int i = 0; i < n; i++) {
      System.arraycopy(work.normed, rows.get(i)[2] * width, work.gathered, i * width, width);
    }
    work.logits = Workspace.atLeast(work.logits, (long) n * vocabulary);
    work.input.load(work.gathered, 0, width, n, width, cores, head);
    float[] y = work.logits;
    float scale = spec.head().scale();
    float cap = spec.head().softCap();
    cores.forEach(
        vocabulary,
        n == 1 ? 8 * ROW_PIECE : ROW_PIECE,
        (from, to, _) -> {
          head.multiply(work.input, y, 0, vocabulary, from, to);
          for (int i = 0; i < n; i++) {
            int at = i * vocabulary;
            for (int r = from; r < to; r++) {
              float z = y[at + r];
              if (headBias.length > 0) {
                z += headBias[r];
              }
              z *= scale;
              y[at + r] = cap == 0 ? z : cap * (float) Math.tanh(z / cap);
            }
          }
        });
    for (int i = 0; i < n; i++) {
      output.logits(rows.get(i)[0], rows.get(i)[1], y, i * vocabulary);
    }
  }
}
