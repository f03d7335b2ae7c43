package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.model.adapter.AdaptedWeights;
import io.zaohua.model.adapter.Adapter;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.convert.Conversion;
import io.zaohua.model.convert.Report;
import io.zaohua.model.file.TensorType;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Works an adapter into its base's weights; prints the files it wrote. */
@CommandLine.Command(
    name = "merge",
    description =
        "Work an adapter into its base's weights and print the files written. OUTPUT is a GGUF"
            + " file if it ends in .gguf, else a Hugging Face folder.")
final class Merge implements Callable<Integer> {
  private final Console console;

  @Parameters(
      index = "0",
      paramLabel = "BASE",
      descriptionKey = "merge-base",
      description = "A path or a name, as for generate -m.")
  private String model = "";

  @Parameters(
      index = "1",
      paramLabel = "ADAPTER",
      descriptionKey = "merge-adapter",
      description = "A folder of PEFT or a GGUF adapter, with =SCALE if it is to count otherwise.")
  private String adapter = "";

  @Parameters(
      index = "2",
      paramLabel = "OUTPUT",
      descriptionKey = "convert-output",
      description = "The file or folder to write.")
  private Path output = Path.of("");

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      descriptionKey = "merge-type",
      description = "f32, f16 or bf16 for all matrices; default: as in BASE, f16 if quantised.")
  private Optional<String> type = Optional.empty();

  Merge(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Path source = ModelOption.resolve(console, model);
    AdapterOption given = AdapterOption.of(adapter);
    Report report;
    try (Checkpoint base = Checkpoint.open(source)) {
      var weights =
          new AdaptedWeights(base.weights(), Adapter.read(given.path(), given.strength(), base));
      boolean quantized = base.describe().types().keySet().stream().anyMatch(TensorType::quantized);
      Optional<TensorType> wanted =
          type.map(PlainType::of)
              .or(() -> quantized ? Optional.of(TensorType.F16) : Optional.empty());
      report = Conversion.write(base, weights, output, wanted);
    }
    report.files().forEach(file -> console.println(file.toString()));
    report.notes().forEach(console::note);
    return 0;
  }
}
