package io.zaohua.learn.stack;

import io.zaohua.learn.Front;
import io.zaohua.model.spec.Rope;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Masks;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What positions see and how they turn in one run of the stack; made once, shared by the layers.
 */
final class Sight {
  /** The segment of learned positions, which all others see. */
  private static final double FRONT = -1L << 40;

  private final int length; // learned positions, those of earlier pieces, and tokens
  private final int skipped; // of them, at the start, those without queries
  private final int learned; // of those with queries, at the start, those that are no tokens
  private final Optional<Front> front;
  private final boolean causal;
  private final DType type; // of the numbers that go through the stack
  private final Map<Rope, Rotation> rotations = new HashMap<>();
  private final Map<Integer, Tensor> masks = new HashMap<>();
  private final Map<Integer, Tensor> added = new HashMap<>();
  private final Optional<Tensor> segments;
  private final Scope home = Scope.current();
  private final Optional<Recall> recall;
  private Optional<Routing> routing = Optional.empty();

  /**
   * Its tensors live in the scope that is open now, whatever inner one they are made in.
   *
   * @param recall what the tokens follow, if they are not the first
   */
  Sight(
      int tokens,
      boolean causal,
      DType type,
      Optional<Tensor> segments,
      Optional<Front> front,
      Optional<Recall> recall) {
    int before = front.map(Front::length).orElse(0);
    int past = recall.map(Recall::length).orElse(0);
    this.length = past + before + tokens;
    this.skipped = past + (prefix(front) ? before : 0);
    this.learned = prefix(front) ? 0 : before;
    this.recall = recall;
    this.front = front;
    this.causal = causal;
    this.type = type;
    this.segments = before == 0 ? segments : segments.map(s -> fronted(s, before));
  }

  private static boolean prefix(Optional<Front> front) {
    return front.filter(f -> f instanceof Front.Prefix).isPresent();
  }

  private static Tensor fronted(Tensor segments, int before) {
    Tensor all = Tensors.full(FRONT, DType.I64, segments.size(0), before);
    return Tensors.cat(1, List.of(all, segments));
  }

  /** Learned keys and values that each layer finds before those of the text. */
  Optional<Front.Prefix> prefix() {
    return front.flatMap(f -> f instanceof Front.Prefix p ? Optional.of(p) : Optional.empty());
  }

  /** Final states without those of learned positions, [B, T, width]. */
  Tensor ofTokens(Tensor states) {
    return learned == 0 ? states : states.slice(1, learned, states.size(1));
  }

  /** Keys and values of earlier pieces, and where these are kept. */
  Optional<Recall> recall() {
    return recall;
  }

  /** Positions with keys, up to the last token. */
  int length() {
    return length;
  }

  Rotation rotation(Rope rope) {
    return rotations.computeIfAbsent(rope, this::makeRotation);
  }

  private Rotation makeRotation(Rope rope) {
    Rotation made = Rotation.of(rope, length).from(skipped);
    home.take(made.cos());
    home.take(made.sin());
    return made;
  }

  /** Where routers tell what they decided, if anyone listens. */
  Optional<Routing> routing() {
    return routing;
  }

  void listen(Routing to) {
    routing = Optional.of(to);
  }

  /** Whether a layer with this window sees all earlier positions, so that it needs no mask. */
  boolean plainlyCausal(int window) {
    return causal && segments.isEmpty() && skipped == 0 && (window == 0 || window >= length);
  }

  /**
   * BOOL [T, S] or [B, 1, T, S], S with learned keys, true where row i sees column j; empty if all
   * see all.
   */
  Optional<Tensor> mask(int window) {
    boolean alone = length - skipped == 1 && (window == 0 || window >= length); // the last one
    if ((!causal && window == 0 || alone) && segments.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(masks.computeIfAbsent(window, w -> home.take(makeMask(w))));
  }

  private Tensor makeMask(int window) {
    Tensor all = Tensors.ones(DType.BOOL, length, length);
    Tensor until = causal ? Masks.tril(all, 0) : all;
    Tensor near = window == 0 ? until : Masks.and(until, Masks.not(Masks.tril(all, -window)));
    Tensor seen = segments.map(s -> Masks.and(near, same(s))).orElse(near);
    return home.take(skipped == 0 ? seen : seen.slice(-2, skipped, length));
  }

  /** BOOL [B, 1, T, T], true where both positions are of one segment. */
  private Tensor same(Tensor segments) {
    Tensor columns = segments.unsqueeze(1);
    Tensor same = Masks.eq(segments.unsqueeze(2), columns);
    return (front.isEmpty() ? same : Masks.or(same, Masks.eq(columns, FRONT))).unsqueeze(1);
  }

  /** The mask as numbers to add to the scores, made once: the fused kernels want it so. */
  Optional<Tensor> added(int window) {
    return mask(window).map(m -> added.computeIfAbsent(window, _ -> home.take(asNumbers(m))));
  }

  private Tensor asNumbers(Tensor mask) {
    long[] shape = mask.shape().stream().mapToLong(Long::longValue).toArray();
    Tensor zeros = Tensors.zeros(type, mask.device(), shape);
    return Masks.fill(zeros, Masks.not(mask), Double.NEGATIVE_INFINITY);
  }
}
