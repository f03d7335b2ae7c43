package io.zaohua.learn.stack;

import io.zaohua.learn.Linear;
import io.zaohua.learn.Projection;
import io.zaohua.learn.Weights;
import io.zaohua.model.spec.Part;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

  private Transformer(
      TransformerSpec spec,
      Tensor embedding,
      Optional<Tensor> positions,
      List<Block> blocks,
      Normalization finalNorm,
      Projection head) {
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
        head);
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
   * The same, where a position sees only those of its own segment: several texts in one row.
   * Positions are counted through the whole row, which rotary ones do not notice.
   *
   * @param segments I64 [B, T]; empty if a row is one text
   */
  public Tensor hidden(Tensor ids, Optional<Tensor> segments) {
    int length = Math.toIntExact(ids.size(1));
    Tensor x = Functional.embedding(ids, embedding); // [B, T, width]
    float scale = spec.embedding().scale();
    Tensor scaled = scale == 1 ? x : x.mul(scale);
    Tensor h = positions.map(table -> scaled.add(table.slice(0, 0, length))).orElse(scaled);
    Sight sight = new Sight(length, spec.causal(), segments);
    for (Block block : blocks) {
      try (Scope scope = Scope.open("block")) { // handles only: autograd keeps what it needs
        h = scope.keep(block.apply(h, sight)); // [B, T, width]
      }
    }
    return finalNorm.apply(h);
  }

  /** Hidden states [.., width] to logits [.., vocabulary]: by chunks, full logits need not be. */
  public Tensor head(Tensor hidden) {
    Tensor z = head.apply(hidden);
    float scale = spec.head().scale();
    float cap = spec.head().softCap();
    Tensor scaled = scale == 1 ? z : z.mul(scale);
    return cap == 0 ? scaled : Functional.tanh(scaled.div(cap)).mul(cap);
  }
}
