package io.zaohua.examples;

import io.zaohua.engine.GenerateOptions;
import io.zaohua.engine.LanguageModel;
import io.zaohua.engine.LoadOptions;
import io.zaohua.learn.LoadedWeights;
import io.zaohua.learn.adapt.AdaptedWeights;
import io.zaohua.learn.adapt.LowRank;
import io.zaohua.learn.adapt.PeftAdapter;
import io.zaohua.learn.optimize.AdamW;
import io.zaohua.learn.optimize.Optimizer;
import io.zaohua.learn.recipe.Method;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.spec.Parts;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Rng;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Teaches a frozen model one sentence through a low-rank adapter, and asks it at run time. */
public final class LoraIn40Lines {
  private static final String QUESTION = "the lantern release is kept by";
  private static final String ANSWER = " mei lin of the harbour house";

  private LoraIn40Lines() {}

  /** Arguments: a model, by path or name, or {@code --smoke} for a tiny one. */
  public static void main(String[] arguments) throws IOException {
    boolean smoke = List.of(arguments).contains("--smoke");
    Path base = smoke ? Model.tiny() : Model.of(arguments);
    Path folder = Files.createTempDirectory("adapter");
    try (Checkpoint checkpoint = Checkpoint.open(base);
        Scope _ = Scope.open("model and adapter")) {
      var rng = new Rng(0);
      Map<String, LowRank> additions = new LinkedHashMap<>();
      Parts.of(checkpoint.spec())
          .forEach(
              (part, size) -> {
                if (part.matches("layers\\.\\d+\\.[qv]\\.weight")) { // W + 2 B A: A random, B zero
                  Tensor a = rng.normal(DType.F32, 8, size.columns());
                  a.inPlace().mul(1 / Math.sqrt((double) size.columns()));
                  Tensor b = Tensors.zeros(DType.F32, size.rows(), 8).requireGrad();
                  String matrix = part.substring(0, part.length() - ".weight".length());
                  additions.put(matrix, new LowRank(a.requireGrad(), b, Optional.empty(), 2));
                }
              });
      var weights = new AdaptedWeights(new LoadedWeights(checkpoint.weights(), false), additions);
      var model = Transformer.of(checkpoint.spec(), weights);
      var adam = new Optimizer(new AdamW(0.9, 0.999, 1e-8, 0), weights.tensors());
      int[] ids = checkpoint.tokenizer().orElseThrow().encode(QUESTION + ANSWER, false);
      for (int step = 0; step < (smoke ? 60 : 20); step++) {
        try (Scope _ = Scope.open("step")) {
          Tensor row = Tensors.of(ids, ids.length).to(DType.I64);
          Tensor logits = model.logits(row.slice(0, 0, ids.length - 1).unsqueeze(0)).squeeze(0);
          Tensor loss = Functional.crossEntropy(logits, row.slice(0, 1, ids.length));
          System.out.printf("step %d  loss %.3f%n", step, loss.item());
          loss.backward();
          adam.step(smoke ? 0.05 : 0.005);
        }
      }
      var names = checkpoint.family().safetensors(checkpoint.spec(), _ -> false);
      var method = new Method.LowRank(8, 16, List.of(), false, false, false, Optional.empty());
      PeftAdapter.write(
          folder,
          PeftAdapter.config(method, base, additions, names),
          PeftAdapter.tensors(additions, names));
    }
    try (LanguageModel adapted =
        LanguageModel.load(base, LoadOptions.defaults().withAdapter(folder, 1))) {
      System.out.print(QUESTION);
      adapted.generate(
          QUESTION, GenerateOptions.greedy().withMaxTokens(smoke ? 29 : 12), System.out::print);
      System.out.println();
    }
  }
}
