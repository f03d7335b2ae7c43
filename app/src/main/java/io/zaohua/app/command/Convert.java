package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.convert.Conversion;
import io.zaohua.model.convert.Report;
import io.zaohua.model.gguf.GgufShards;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a checkpoint in another format; prints the files it wrote. */
@CommandLine.Command(
    name = "convert",
    description =
        "Write a checkpoint in another format and print the files written. OUTPUT is a GGUF"
            + " file if it ends in .gguf, else a Hugging Face folder.")
final class Convert implements Callable<Integer> {
  private static final String SUFFIX = ".gguf";

  private final Console console;

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      descriptionKey = "convert-model",
      description = "A path or a name, as for generate -m.")
  private String model = "";

  @Parameters(
      index = "1",
      paramLabel = "OUTPUT",
      descriptionKey = "convert-output",
      description = "The file or folder to write.")
  private Path output = Path.of("");

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "f32, f16 or bf16 for all matrices; default: as they are.")
  private Optional<String> type = Optional.empty();

  @Option(
      names = "--split",
      paramLabel = "MB",
      description = "Split the GGUF model into shards of at most so many megabytes.")
  private Optional<Integer> split = Optional.empty();

  @Option(names = "--join", description = "Join the shards of a GGUF model into one file.")
  private boolean join;

  Convert(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Path source = ModelOption.resolve(console, model);
    boolean gguf = output.toString().endsWith(SUFFIX);
    if (split.isPresent() || join) {
      reshard(source, gguf);
      return 0;
    }
    Report report;
    try (Checkpoint checkpoint = Checkpoint.open(source)) {
      report = Conversion.write(checkpoint, checkpoint.weights(), output, type.map(PlainType::of));
    }
    report.files().forEach(file -> console.println(file.toString()));
    report.notes().forEach(console::note);
    return 0;
  }

  private void reshard(Path source, boolean gguf) {
    if (!gguf || type.isPresent() || (join && split.isPresent())) {
      throw new UserError(
          UserError.Kind.USAGE,
          new Message(
              "--split and --join copy a GGUF model to a .gguf path, one of them at a time and"
                  + " without --type.",
              "--split 与 --join 把 GGUF 模型复制到 .gguf 路径,二者择一,且不带 --type。"),
          new Message("Convert in two steps.", "请分两步转换。"));
    }
    if (split.orElse(1) < 1) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("A shard of %d MB can hold nothing.", "%d MB 的分片什么也装不下。", split.orElse(1)),
          new Message("Give --split at least 1.", "--split 至少为 1。"));
    }
    if (join) {
      GgufShards.join(source, output);
      console.println(output.toString());
    } else {
      String name = output.toString();
      Path base = Path.of(name.substring(0, name.length() - SUFFIX.length()));
      List<Path> shards =
          GgufShards.split(source, base, GgufShards.Limit.bytes(split.orElseThrow() * 1_000_000L));
      shards.forEach(shard -> console.println(shard.toString()));
    }
  }
}
