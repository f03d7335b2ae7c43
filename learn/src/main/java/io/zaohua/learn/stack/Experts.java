package io.zaohua.learn.stack;

import io.zaohua.learn.Projection;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.tensor.Autocast;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Indexing;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Mixture of experts (Shazeer et al. 2017): each position goes to its best few, by their shares.
 */
record Experts(FeedForward.Experts spec, Projection router, List<Transformation.Dense> experts)
    implements Transformation {

  @Override
  public Tensor apply(Tensor x, Sight sight) {
    long width = x.size(-1);
    Tensor rows = x.reshape(-1, width); // [N, width]
    Tensor logits = routed(rows); // [N, experts]
    Tensor odds = Functional.softmax(logits, -1);
    Indexing.TopK best = Indexing.topK(odds, spec.used(), -1); // [N, used]
    Tensor shares =
        spec.normalize() ? best.values().div(best.values().sum(-1, true)) : best.values();
    Tensor share = shares.reshape(-1, 1); // [N used, 1]
    long[] chosen = best.indices().toLongs();
    sight.routing().ifPresent(r -> r.add(logits, odds, chosen, spec.used()));
    List<Tensor> parts = new ArrayList<>();
    List<Tensor> places = new ArrayList<>();
    for (int e = 0; e < experts.size(); e++) {
      int expert = e;
      long[] slots =
          IntStream.range(0, chosen.length)
              .filter(s -> chosen[s] == expert)
              .asLongStream()
              .toArray();
      if (slots.length > 0) {
        long[] from = LongStream.of(slots).map(s -> s / spec.used()).toArray();
        Tensor place = Tensors.of(from, from.length);
        Tensor result = experts.get(e).apply(Indexing.select(rows, 0, place)); // [n, width]
        parts.add(result.mul(Indexing.select(share, 0, Tensors.of(slots, slots.length))));
        places.add(place);
      }
    }
    Tensor where = Tensors.cat(0, places).unsqueeze(1).expand(chosen.length, width);
    Tensor sum = Indexing.scatterAdd(Tensors.zerosLike(rows), 0, where, Tensors.cat(0, parts));
    List<Long> shape = x.shape();
    return sum.reshape(shape.stream().mapToLong(Long::longValue).toArray()); // [B, T, width]
  }

  /** Never in BF16, which would send tokens to other experts (Fedus et al. 2021, section 2.4). */
  private Tensor routed(Tensor rows) {
    try (Autocast _ = Autocast.off()) {
      return router.apply(rows);
    }
  }
}
