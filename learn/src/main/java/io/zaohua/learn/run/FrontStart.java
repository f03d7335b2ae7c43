package io.zaohua.learn.run;

import io.zaohua.learn.Front;
import io.zaohua.learn.Weights;
import io.zaohua.learn.adapt.PeftAdapter;
import io.zaohua.learn.recipe.Method;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Part;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Indexing;
import io.zaohua.tensor.Rng;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.nio.file.Path;

/** New learned positions: embeddings of tokens drawn by chance, or small keys and values. */
final class FrontStart {
  private static final double DEVIATION = 0.02;

  private FrontStart() {}

  static Front of(Method.Virtual method, TransformerSpec spec, Weights base, long seed) {
    if (method.tokens() >= spec.contextLength()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "method.tokens is %,d, and the model's context has room for %,d tokens in all.",
              "method.tokens 为 %,d,而模型的上下文总共只容得下 %,d 个词元。", method.tokens(), spec.contextLength()),
          Message.of("Lower method.tokens; 20 is usual.", "请减小 method.tokens;通常为 20。"));
    }
    Rng rng = new Rng(seed);
    if (!method.prefix()) {
      try (Scope scope = Scope.open("drawn tokens")) {
        Tensor drawn = rng.integers(0, spec.vocabulary(), method.tokens());
        Tensor rows = Indexing.select(base.tensor(Part.EMBEDDING), 0, drawn).copy();
        TransformerSpec.Embedding embedding = spec.embedding();
        rows.inPlace().mul(embedding.scale() / embedding.scaleBeside()); // start as those tokens
        return new Front.Prompt(scope.keep(rows).requireGrad());
      }
    }
    Mixer.Attention attention = attention(spec);
    long columns = 2L * spec.layers().size() * attention.kvHeads() * attention.headSize();
    Tensor table = rng.normal(DType.F32, method.tokens(), columns);
    table.inPlace().mul(DEVIATION);
    return new Front.Prefix(table.requireGrad());
  }

  /** The attention of all layers, whose keys have one shape. */
  private static Mixer.Attention attention(TransformerSpec spec) {
    return spec.sameKeys()
        .orElseThrow(
            () ->
                new UserError(
                    UserError.Kind.UNSUPPORTED,
                    Message.of(
                        "method: prefix needs layers whose keys have one shape, and %s has several.",
                        "method: prefix 要求各层的键形状相同,而 %s 并非如此。", spec.family()),
                    Message.of("Use method: prompt.", "请用 method: prompt。")));
  }

  static String config(Method.Virtual method, TransformerSpec spec, Path base) {
    Mixer.Attention attention = attention(spec);
    return PeftAdapter.frontConfig(
        method.prefix(),
        method.tokens(),
        base,
        method.prefix() ? attention.kvHeads() * attention.headSize() : spec.width(),
        method.prefix() ? attention.kvHeads() : attention.heads(),
        spec.layers().size());
  }
}
