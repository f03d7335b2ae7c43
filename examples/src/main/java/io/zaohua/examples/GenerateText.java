package io.zaohua.examples;

import io.zaohua.engine.GenerateOptions;
import io.zaohua.engine.LanguageModel;

/** Goes on from a prompt and prints every piece of text as it comes. */
public final class GenerateText {
  private GenerateText() {}

  /** Argument: a model, by path or name. */
  public static void main(String[] arguments) {
    try (LanguageModel model = LanguageModel.load(Model.of(arguments))) {
      model.generate(
          "The capital of France is",
          GenerateOptions.greedy().withMaxTokens(16),
          System.out::print);
      System.out.println();
    }
  }
}
