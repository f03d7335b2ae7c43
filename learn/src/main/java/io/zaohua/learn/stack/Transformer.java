package io.zaohua.learn.stack;

import io.zaohua.learn.Front;
import io.zaohua.learn.Linear;
import io.zaohua.learn.Projection;
import io.zaohua.learn.Weights;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Part;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.tensor.Autocast;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A transformer stack, differentiable. Its numbers are those of {@code engine} on the same
 * checkpoint, up to rounding.
 */
public final class Transformer {
  private final TransformerSpec spec;
  private final Tensor embedding;
  private final Optional<Tensor> positions;
  private final List<Block> blocks;
  private final Normalization finalNorm;
  private final Projection head;
  private final Supplier<Optional<Front>> front;
  private boolean recomputes;
  private boolean halved;
  private Optional<Routing.Weights> routing = Optional.empty();

  private Transformer(
      TransformerSpec spec,
      Tensor embedding,
      Optional<Tensor> positions,
      List<Block> blocks,
      Normalization finalNorm,
      Projection head,
      Supplier<Optional<Front>> front) {
    this.front = front;
    this.spec = spec;
    this.embedding = embedding;
    this.positions = positions;
    this.blocks = List.copyOf(blocks);
    this.finalNorm = finalNorm;
    this.head = head;
  }

  /** The stack of the spec on these weights, which stay their owner's. */
  public static Transformer of(TransformerSpec spec, Weights weights) {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < spec.layers().size(); i++) {
      blocks.add(Block.of(weights, Part.layer(i, ""), spec.layers().get(i)));
    }
    Tensor embedding = weights.tensor(Part.EMBEDDING);
    boolean bias = spec.head().bias();
    Projection head =
        spec.head().tied()
            ? new Linear(
                embedding,
                bias ? Optional.of(weights.tensor(Part.HEAD + ".bias")) : Optional.empty())
            : weights.linear(Part.HEAD, bias);
    return new Transformer(
        spec,
        embedding,
        spec.embedding().learnedPositions().isPresent()
            ? Optional.of(weights.tensor(Part.POSITIONS))
            : Optional.empty(),
        blocks,
        Normalization.of(weights, Part.FINAL_NORM, spec.finalNorm()),
        head,
        weights::front);
  }

  public TransformerSpec spec() {
    return spec;
  }

  /** Token ids, I64 [B, T], to logits [B, T, vocabulary]. */
  public Tensor logits(Tensor ids) {
    return head(hidden(ids));
  }

  /** Token ids, I64 [B, T], to the final hidden states [B, T, width], normed. */
  public Tensor hidden(Tensor ids) {
    return hidden(ids, Optional.empty());
  }

  /**
   * From now on a pass keeps only what goes into each block, and computes the block again on its
   * way back (Chen et al. 2016): the same gradients, less memory, a third more work.
   */
  public void recompute() {
    recomputes = true;
  }

  public boolean recomputes() {
    return recomputes;
  }

  /**
   * From now on the products of matrices are in BF16, half as wide as F32, and their gradients with
   * them ({@link Autocast}). Weights, what goes from block to block, norms, routers, softmax and
   * logits stay F32.
   */
  public void halve() {
    halved = true;
  }

  /** The same precision as another stack's; gives itself back. */
  public Transformer precise(Transformer like) {
    halved = like.halved;
    return this;
  }

  public boolean halved() {
    return halved;
  }

  private Autocast products() {
    return halved ? Autocast.on() : Autocast.off();
  }

  /**
   * From now on a pass's way back adds the gradients of its routers' losses; nothing where there
   * are no experts.
   *
   * @param balance weight of the balancing loss
   * @param z weight of the routers' z-loss
   */
  public void balance(double balance, double z) {
    boolean experts =
        spec.layers().stream().anyMatch(l -> l.feedForward() instanceof FeedForward.Experts);
    routing =
        experts && (balance > 0 || z > 0)
            ? Optional.of(new Routing.Weights(balance, z))
            : Optional.empty();
  }

  /**
   * A run of the stack that a backward pass is to follow; see {@link #hidden(Tensor, Optional)}.
   *
   * @param real F32 [B T, 1], 0 where a position only fills its row up; empty if none does
   */
  public Pass pass(Tensor ids, Optional<Tensor> segments, Optional<Tensor> real) {
    Sight sight = sight(ids, segments);
    if (!Autograd.isOn()) {
      return Recorded.still(through(embedded(ids), sight));
    }
    double positions = real.map(r -> r.sum().item()).orElse((double) ids.count());
    Supplier<Routing> listener = () -> new Routing(real, positions);
    return recomputes
        ? Recomputed.run(this, ids, sight, routed(), listener)
        : Recorded.run(this, ids, sight, routed(), listener);
  }

  /**
   * The same, where a position sees only those of its own segment: several texts in one row.
   * Positions are counted through the whole row, which rotary ones do not notice.
   *
   * @param segments I64 [B, T]; empty if a row is one text
   */
  public Tensor hidden(Tensor ids, Optional<Tensor> segments) {
    return through(embedded(ids), sight(ids, segments));
  }

  /** The same of tokens that follow those that are recalled, and will be recalled too. */
  Tensor hidden(Tensor ids, Recall recall) {
    Optional<Front> before = recall.length() == 0 ? front.get() : Optional.empty();
    Sight sight = sight(ids, Optional.empty(), before, Optional.of(recall));
    Tensor states = through(embedded(ids, before, recall.length()), sight);
    recall.add(sight.length() - recall.length());
    return states;
  }

  /** Under learned positions routers are frozen, and have no losses. */
  private Optional<Routing.Weights> routed() {
    return front.get().isPresent() ? Optional.empty() : routing;
  }

  private Sight sight(Tensor ids, Optional<Tensor> segments) {
    return sight(ids, segments, front.get(), Optional.empty());
  }

  private Sight sight(
      Tensor ids, Optional<Tensor> segments, Optional<Front> before, Optional<Recall> recall) {
    int tokens = Math.toIntExact(ids.size(1));
    return new Sight(tokens, spec.causal(), embedding.dtype(), segments, before, recall);
  }

  /** What goes into the first block, [B, T, width], or longer by learned positions. */
  Tensor embedded(Tensor ids) {
    return embedded(ids, front.get(), 0);
  }

  private Tensor embedded(Tensor ids, Optional<Front> before, int past) {
    Tensor words = scaled(Functional.embedding(ids, embedding), spec.embedding().scale());
    Tensor x = words; // [B, T, width]
    if (before.isPresent() && before.get() instanceof Front.Prompt(var learned)) {
      Tensor rows = scaled(learned, spec.embedding().scaleBeside()).unsqueeze(0);
      x = Tensors.cat(1, List.of(rows.expand(ids.size(0), rows.size(1), rows.size(2)), words));
    }
    long from = before.isPresent() && before.get() instanceof Front.Prefix p ? p.length() : past;
    Tensor all = x;
    return positions.map(table -> all.add(table.slice(0, from, from + all.size(1)))).orElse(all);
  }

  private static Tensor scaled(Tensor x, float scale) {
    return scale == 1 ? x : x.mul(scale);
  }

  List<Block> blocks() {
    return blocks;
  }

  Tensor normed(Tensor x, Sight sight) {
    return finalNorm.apply(sight.ofTokens(x));
  }

  Tensor through(Tensor x, Sight sight) {
    Tensor h = x;
    for (Block block : blocks) {
      h = through(block, h, sight); // [B, T, width]
    }
    return normed(h, sight);
  }

  /** One block. Its scope frees handles only: autograd keeps what it needs. */
  Tensor through(Block block, Tensor x, Sight sight) {
    try (Scope scope = Scope.open("block");
        Autocast _ = products()) {
      return scope.keep(block.apply(x, sight));
    }
  }

  /** Hidden states [.., width] to logits [.., vocabulary]: by chunks, full logits need not be. */
  public Tensor head(Tensor hidden) {
    Tensor z = product(hidden);
    float scale = spec.head().scale();
    float cap = spec.head().softCap();
    Tensor scaled = scale == 1 ? z : z.mul(scale);
    return cap == 0 ? scaled : Functional.tanh(scaled.div(cap)).mul(cap);
  }

  private Tensor product(Tensor hidden) {
    if (!halved) {
      return head.apply(hidden);
    }
    try (Autocast _ = Autocast.on()) {
      return head.apply(hidden).to(hidden.dtype());
    }
  }
}
