package io.zaohua.examples;

import io.zaohua.engine.GenerateOptions;
import io.zaohua.engine.LanguageModel;
import io.zaohua.engine.sample.TokenChooser;

/** A sampler is one method from logits to an id: this one never takes a token with an e in it. */
public final class OwnSampler {
  private OwnSampler() {}

  /** Argument: a model, by path or name. */
  public static void main(String[] arguments) {
    try (LanguageModel model = LanguageModel.load(Model.of(arguments))) {
      boolean[] forbidden = new boolean[model.spec().vocabulary()];
      for (int id = 0; id < Math.min(forbidden.length, model.tokenizer().vocabularySize()); id++) {
        forbidden[id] = model.tokenizer().piece(id).contains("e");
      }
      TokenChooser withoutE =
          (logits, context) -> {
            for (int id = 0; id < logits.length; id++) {
              logits[id] = forbidden[id] ? Float.NEGATIVE_INFINITY : logits[id];
            }
            return TokenChooser.GREEDY.choose(logits, context);
          };
      model.generate(
          "My favourite animal is",
          GenerateOptions.greedy().withMaxTokens(24).withChooser(withoutE),
          System.out::print);
      System.out.println();
    }
  }
}
