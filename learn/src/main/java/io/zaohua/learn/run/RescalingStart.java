package io.zaohua.learn.run;

import io.zaohua.learn.adapt.PeftAdapter;
import io.zaohua.learn.adapt.Rescaling;
import io.zaohua.learn.recipe.Method;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Factors of 1: for keys, values and what the feed-forward's last matrix reads. */
final class RescalingStart {
  private static final List<String> PLACES = List.of("k.weight", "v.weight", "down.weight");

  private RescalingStart() {}

  static Map<String, Rescaling> of(
      Method.Rescaled method, TransformerSpec spec, WeightTable names) {
    Map<String, Rescaling> all = new LinkedHashMap<>();
    Parts.of(spec)
        .forEach(
            (part, size) -> {
              var module = names.find(part).flatMap(PeftAdapter::module);
              if (Parts.place(part).layer() < 0 || Parts.vector(part) || module.isEmpty()) {
                return;
              }
              String name = Parts.place(part).name();
              boolean input = name.equals("down.weight");
              String last = module.get().substring(module.get().lastIndexOf('.') + 1);
              boolean chosen =
                  method.targets().isEmpty()
                      ? PLACES.contains(name)
                      : method.targets().contains(last);
              if (chosen) {
                var factors =
                    input
                        ? Tensors.ones(DType.F32, 1, size.columns())
                        : Tensors.ones(DType.F32, size.rows(), 1);
                String matrix = part.substring(0, part.length() - ".weight".length());
                all.put(matrix, new Rescaling(factors.requireGrad(), input));
              }
            });
    if (all.isEmpty()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "method.targets %s fit no matrix of the model.",
              "method.targets %s 与模型的任何矩阵都不符。", method.targets()),
          Message.of("Leave targets out.", "请去掉 targets。"));
    }
    return all;
  }
}
