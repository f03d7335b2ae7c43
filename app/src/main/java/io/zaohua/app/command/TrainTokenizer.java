package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.NewFile;
import io.zaohua.model.tokenizer.TokenizerTraining;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Learns a tokenizer from text; prints the files it wrote. */
@CommandLine.Command(
    name = "tokenizer",
    description =
        "tokenizer train FILES: learn a tokenizer from text and print the files written. Hugging"
            + " Face's libraries load them.")
final class TrainTokenizer implements Callable<Integer> {
  private final Console console;

  @Parameters(
      index = "0",
      paramLabel = "train",
      descriptionKey = "tokenizer-action",
      description = "What to do: train.")
  private String action = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "FILES",
      descriptionKey = "tokenizer-files",
      description = "Text, UTF-8.")
  private List<Path> files = List.of();

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      descriptionKey = "tokenizer-kind",
      description = "bpe (byte-level byte-pair encoding, the default) or unigram.")
  private TokenizerTraining.Kind kind = TokenizerTraining.Kind.BPE;

  @Option(
      names = "--size",
      required = true,
      paramLabel = "N",
      descriptionKey = "tokenizer-size",
      description = "Pieces at most, special tokens and bytes counted.")
  private int size;

  @Option(
      names = "--special",
      paramLabel = "TOKEN",
      split = ",",
      descriptionKey = "tokenizer-special",
      description = "Control tokens, the first ids; default: <|endoftext|>.")
  private List<String> special = List.of("<|endoftext|>");

  @Option(
      names = "--pattern",
      paramLabel = "NAME",
      descriptionKey = "tokenizer-pattern",
      description =
          "bpe: how text is cut into words, by GGUF's name: qwen2 (the default), gpt-2, dbrx ...")
  private String pattern = "qwen2";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      descriptionKey = "tokenizer-output",
      description = "Default: tokenizer.json; tokenizer_config.json is written beside it.")
  private Path output = Path.of("tokenizer.json");

  @Option(
      names = {"-t", "--threads"},
      paramLabel = "THREADS",
      descriptionKey = "quantize-threads",
      description = "Threads; default: all processors.")
  private Optional<Integer> threads = Optional.empty();

  TrainTokenizer(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (!action.equals("train")) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("tokenizer can only train, not %s.", "tokenizer 只能 train,不能 %s。", action),
          Message.of("Write zaohua tokenizer train FILES.", "请写作 zaohua tokenizer train FILES。"));
    }
    int workers = threads.orElse(Runtime.getRuntime().availableProcessors());
    var learned =
        new TokenizerTraining(kind, size, special, pattern, workers).run(files, console::note);
    if (learned.pieces() < size) {
      console.note(
          Message.of("The text gives %,d pieces only.", "文本只够学得 %,d 个词元。", learned.pieces()));
    }
    write(output, learned.files().tokenizer());
    write(output.resolveSibling("tokenizer_config.json"), learned.files().config());
    return 0;
  }

  private void write(Path path, String text) {
    NewFile.write(path, text);
    console.println(path.toString());
  }
}
