package org.example;

import io.zaohua.engine.GenerateOptions;
import io.zaohua.engine.LanguageModel;
import java.nio.file.Path;

/** Run with: java --add-modules jdk.incubator.vector -cp ... org.example.UsesZaohua MODEL.gguf */
public final class UsesZaohua {
  public static void main(String[] arguments) {
    try (var model = LanguageModel.load(Path.of(arguments[0]))) {
      var answer =
          model.generate(
              "The capital of France is", GenerateOptions.greedy().withMaxTokens(8), text -> {});
      System.out.println(answer.text());
    }
  }
}
