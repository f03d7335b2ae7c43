package io.zaohua.learn.run;

import io.zaohua.learn.Weights;
import io.zaohua.learn.adapt.LowRank;
import io.zaohua.learn.adapt.PeftAdapter;
import io.zaohua.learn.recipe.Method;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.adapter.PeftConfig;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Rng;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Additions that change nothing yet: A even as PEFT draws it, B zero, magnitudes as they are. */
final class LowRankStart {
  private LowRankStart() {}

  static Map<String, LowRank> of(
      Method.LowRank method, TransformerSpec spec, WeightTable names, Weights base, long seed) {
    Rng rng = new Rng(seed);
    Map<String, Parts.Size> chosen = new LinkedHashMap<>();
    var known = new TreeSet<String>();
    var used = new TreeSet<String>();
    Parts.of(spec)
        .forEach(
            (part, size) -> {
              Optional<String> module = names.find(part).flatMap(PeftAdapter::module);
              if (Parts.place(part).layer() < 0 || Parts.vector(part) || module.isEmpty()) {
                return;
              }
              String last = module.get().substring(module.get().lastIndexOf('.') + 1);
              known.add(last);
              if (method.targets().isEmpty() || method.targets().contains(last)) {
                used.add(last);
                chosen.put(part, size);
              }
            });
    for (String target : method.targets()) {
      if (!used.contains(target)) {
        throw new UserError(
            UserError.Kind.INPUT,
            Message.of(
                "method.targets names %s, and the model has no such matrix.",
                "method.targets 给出 %s,但模型没有这样的矩阵。", target),
            Message.of("It has %s.", "可用的有 %s。", String.join(", ", known)));
      }
    }
    requireRoom(method.rank(), chosen.values());
    Map<String, LowRank> additions = new LinkedHashMap<>();
    chosen.forEach(
        (part, size) ->
            additions.put(
                part.substring(0, part.length() - ".weight".length()),
                addition(method, size, rng, base, part)));
    return additions;
  }

  /** Additions with their gradients, before they are made. */
  private static void requireRoom(int rank, Collection<Parts.Size> sizes) {
    double bytes =
        sizes.stream().mapToDouble(s -> 2.0 * Float.BYTES * rank * (s.rows() + s.columns())).sum();
    if (bytes > Estimate.machine()) {
      throw new UserError(
          UserError.Kind.CAPACITY,
          Message.of(
              "Additions of rank %,d need %.1f GiB of memory, and there are %.1f.",
              "秩为 %,d 的附加矩阵需要 %.1f GiB 内存,而只有 %.1f。",
              rank,
              bytes / Estimate.GIB,
              Estimate.machine() / Estimate.GIB),
          Message.of("Lower method.rank; 8 to 64 are usual.", "请减小 method.rank;通常为 8 到 64。"));
    }
  }

  /** Kaiming's even draw with a = sqrt(5), within 1 / sqrt(k), as torch.nn.Linear starts. */
  private static LowRank addition(
      Method.LowRank method, Parts.Size size, Rng rng, Weights base, String part) {
    Tensor a = rng.uniform(DType.F32, method.rank(), size.columns());
    double bound = 1 / Math.sqrt((double) size.columns());
    a.inPlace().mul(2 * bound).add(-bound);
    Tensor b = Tensors.zeros(DType.F32, size.rows(), method.rank());
    Optional<Tensor> magnitude = Optional.empty();
    if (method.decomposed()) {
      try (Scope scope = Scope.open("lengths of rows")) {
        Tensor matrix = base.tensor(part);
        magnitude = Optional.of(scope.keep(matrix.mul(matrix).sum(1, false).sqrt()).requireGrad());
      }
    }
    double scale = PeftConfig.scale(method.alpha(), method.rank(), method.stabilized());
    return new LowRank(a.requireGrad(), b.requireGrad(), magnitude, scale);
  }
}
