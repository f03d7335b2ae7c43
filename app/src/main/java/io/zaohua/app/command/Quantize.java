package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.app.terminal.Sizes;
import io.zaohua.model.Message;
import io.zaohua.model.quant.FileType;
import io.zaohua.model.quant.Quantization;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a GGUF model in fewer bits; prints the file. */
@CommandLine.Command(
    name = "quantize",
    description = "Write a GGUF model in fewer bits and print the file written.")
final class Quantize implements Callable<Integer> {
  private final Console console;

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      descriptionKey = "quantize-model",
      description = "A GGUF path or a name, as for generate -m; convert makes one of a folder.")
  private String model = "";

  @Parameters(
      index = "1",
      paramLabel = "OUTPUT",
      descriptionKey = "quantize-output",
      description = "The file to write.")
  private Path output = Path.of("");

  @Parameters(
      index = "2",
      paramLabel = "TYPE",
      descriptionKey = "quantize-type",
      description = "F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K_M, Q5_K_M or Q6_K.")
  private String type = "";

  @Option(
      names = "--allow-requantize",
      description = "Also where the weights are quantised already; the errors add up.")
  private boolean again;

  @Option(
      names = {"-t", "--threads"},
      paramLabel = "THREADS",
      descriptionKey = "quantize-threads",
      description = "Threads; default: all processors.")
  private Optional<Integer> threads = Optional.empty();

  Quantize(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    int workers = threads.orElse(Runtime.getRuntime().availableProcessors());
    Quantization quantization =
        new Quantization(FileType.named(type), again, Math.clamp(workers, 1, 1024));
    Quantization.Result result =
        quantization.run(ModelOption.resolve(console, model), output, this::tell);
    console.println(output.toString());
    console.note(
        Message.of(
            "%s became %s.", "%s 变为 %s。", Sizes.of(result.before()), Sizes.of(result.after())));
    if (result.requantized() > 0) {
      console.note(
          Message.of(
              "%d tensors were quantised already; their errors add up.",
              "%d 个张量此前已量化,误差会累积。", result.requantized()));
    }
    return 0;
  }

  private void tell(Quantization.Progress progress) {
    if (console.terminal()) {
      console
          .err()
          .printf(
              "\r[%d/%d] %-50.50s",
              progress.number(), progress.count(), progress.choice().tensor().name());
      if (progress.number() == progress.count()) {
        console.err().println();
      }
    }
  }
}
