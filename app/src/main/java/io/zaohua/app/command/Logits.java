package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.engine.LanguageModel;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.NewFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes the logits after every token of a sequence, float32 [tokens, vocabulary]. */
@CommandLine.Command(
    name = "logits",
    description =
        "Write the logits after every token to a .npy file, float32 [tokens, vocabulary]. The"
            + " bytes do not depend on threads or chunks.")
final class Logits implements Callable<Integer> {
  private final Console console;

  @Mixin private final EngineOptions engine = new EngineOptions();

  @Option(
      names = "--ids",
      paramLabel = "1,2,3",
      required = true,
      split = ",",
      description = "Token ids.")
  private int[] ids = {};

  @Option(
      names = {"-o", "--output"},
      paramLabel = "F.npy",
      required = true,
      description = "The file to write.")
  private Path output = Path.of("");

  @Option(
      names = "--chunk",
      paramLabel = "N",
      defaultValue = "512",
      description = "Tokens that run together.")
  private int chunk;

  Logits(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (chunk < 1) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("A chunk of %d tokens is empty.", "%d 个词元的分块是空的。", chunk),
          new Message("Give --chunk at least 1.", "--chunk 至少为 1。"));
    }
    try (LanguageModel model = engine.load(console, Optional.of(Math.max(1, ids.length)))) {
      int vocabulary = model.spec().vocabulary();
      for (int id : ids) {
        if (id < 0 || id >= vocabulary) {
          throw Tokenize.noSuchToken(Integer.toString(id), vocabulary);
        }
      }
      NewFile.refuseSource(output, model.checkpoint().files());
      try (NpyFile file = NpyFile.create(output, ids.length, vocabulary)) {
        float[] row = new float[vocabulary];
        model.logits(
            ids,
            chunk,
            (_, _, values, offset) -> {
              System.arraycopy(values, offset, row, 0, vocabulary);
              file.append(row);
            });
        file.finish();
      }
    }
    console.note(Message.of("%d rows written to %s.", "已将 %d 行写入 %s。", ids.length, output));
    return 0;
  }
}
