package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.adapter.AdaptedWeights;
import io.zaohua.model.adapter.Adapter;
import io.zaohua.model.adapter.GgufAdapter;
import io.zaohua.model.adapter.PeftConfig;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.convert.Conversion;
import io.zaohua.model.convert.Report;
import io.zaohua.model.file.NewFile;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.quant.FileType;
import io.zaohua.model.quant.Quantization;
import io.zaohua.model.weights.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes what a run trained as other programs load it; prints the files it wrote. */
@CommandLine.Command(
    name = "export",
    description =
        "Write what a run trained as other programs load it and print the files written. An"
            + " adapter is merged into its base, unless it is to stay one.")
final class Export implements Callable<Integer> {
  private final Console console;

  /** What can be written. */
  private enum Form {
    GGUF,
    SAFETENSORS,
    PEFT
  }

  @Parameters(
      index = "0",
      paramLabel = "DIR",
      descriptionKey = "export-folder",
      description = "A run's folder, its model, or one of its checkpoints; or any model.")
  private String given = "";

  @Option(
      names = "--to",
      required = true,
      paramLabel = "FORM",
      descriptionKey = "export-to",
      description = "gguf, safetensors (a Hugging Face folder) or peft (the adapter by itself).")
  private Form form = Form.GGUF;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      descriptionKey = "export-type",
      description =
          "gguf: F32, or a type as for quantize, default F16; safetensors: F32, F16 or BF16.")
  private Optional<String> type = Optional.empty();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      descriptionKey = "export-output",
      description =
          "The file or folder to write; default: beside the model, named after form and type.")
  private Optional<Path> output = Optional.empty();

  @Option(
      names = "--base",
      paramLabel = "BASE",
      descriptionKey = "export-base",
      description = "The adapter's base, a path or a name; default: the one it names.")
  private Optional<String> base = Optional.empty();

  @Option(
      names = "--adapter-only",
      descriptionKey = "export-adapter-only",
      description = "With --to gguf: the adapter by itself, as llama.cpp applies it at run time.")
  private boolean adapterOnly;

  Export(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    check();
    TrainedFolder trained = TrainedFolder.of(console, given, base);
    Path target = output.orElseGet(() -> beside(trained.path()));
    Report report =
        switch (form) {
          case PEFT -> copyAdapter(trained, target);
          case GGUF -> adapterOnly ? ggufAdapter(trained, target) : merged(trained, target);
          case SAFETENSORS -> merged(trained, target);
        };
    report.files().forEach(file -> console.println(file.toString()));
    report.notes().forEach(console::note);
    return 0;
  }

  private void check() {
    if (adapterOnly && form != Form.GGUF) {
      throw wrong("--adapter-only goes with --to gguf.", "--adapter-only 须与 --to gguf 同用。");
    }
    if (form == Form.PEFT && type.isPresent()) {
      throw wrong("--to peft copies the adapter as it is.", "--to peft 原样复制适配器。");
    }
    if (form == Form.GGUF && !adapterOnly) {
      if (!plain(typeName())) {
        FileType.named(typeName());
      }
    } else {
      type.ifPresent(PlainType::of);
    }
  }

  private static UserError wrong(String english, String chinese) {
    return new UserError(
        UserError.Kind.USAGE,
        new Message(english, chinese),
        Message.of("Leave the other option out.", "请去掉另一个选项。"));
  }

  private String typeName() {
    return type.orElse("F16").toUpperCase(Locale.ROOT);
  }

  private static boolean plain(String name) {
    return name.equals("F32") || name.equals("F16") || name.equals("BF16");
  }

  /** A model from elsewhere, such as the cache, is not written beside. */
  private Path beside(Path model) {
    Path folder = Files.isDirectory(model) ? model.toAbsolutePath().normalize() : Path.of("model");
    String name = adapterOnly ? "adapter" : "model";
    return switch (form) {
      case GGUF -> folder.resolveSibling(name + "-" + typeName() + ".gguf");
      case SAFETENSORS -> folder.resolveSibling("safetensors");
      case PEFT -> folder.resolveSibling("peft");
    };
  }

  private Report merged(TrainedFolder trained, Path target) {
    try (Checkpoint checkpoint = Checkpoint.open(trained.base().orElse(trained.path()))) {
      Weights weights = checkpoint.weights();
      if (trained.base().isPresent()) {
        weights = new AdaptedWeights(weights, Adapter.read(trained.path(), 1, checkpoint));
      }
      if (form == Form.GGUF) {
        return plain(typeName())
            ? Conversion.toGguf(checkpoint, weights, target, Optional.of(PlainType.of(typeName())))
            : quantized(checkpoint, weights, target);
      }
      boolean quantized =
          checkpoint.describe().types().keySet().stream().anyMatch(TensorType::quantized);
      Optional<TensorType> wanted =
          type.map(PlainType::of)
              .or(() -> quantized ? Optional.of(TensorType.F16) : Optional.empty());
      return Conversion.toSafetensors(checkpoint, weights, target, wanted);
    }
  }

  /** By way of an F32 file, so that nothing is rounded twice. */
  private Report quantized(Checkpoint checkpoint, Weights weights, Path target) {
    Path whole = target.resolveSibling("." + target.getFileName() + ".f32.gguf");
    whole.toFile().deleteOnExit(); // Ctrl-C
    try {
      Report report = Conversion.toGguf(checkpoint, weights, whole, Optional.of(TensorType.F32));
      int threads = Runtime.getRuntime().availableProcessors();
      new Quantization(FileType.named(typeName()), false, Math.clamp(threads, 1, 1024))
          .run(whole, target, _ -> {});
      return new Report(List.of(target), report.notes());
    } finally {
      delete(whole);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Report ggufAdapter(TrainedFolder trained, Path target) {
    Path path = needAdapter(trained);
    try (Checkpoint checkpoint = Checkpoint.open(trained.base().orElseThrow())) {
      GgufAdapter.write(
          Adapter.read(path, 1, checkpoint), checkpoint, target, PlainType.of(typeName()));
    }
    return new Report(List.of(target), List.of());
  }

  private Report copyAdapter(TrainedFolder trained, Path target) {
    NewFile.requireName(target);
    Path from = needAdapter(trained);
    List<Path> sources = List.of(PeftConfig.in(from), from.resolve(PeftConfig.WEIGHTS));
    List<Path> written = new ArrayList<>();
    List<NewFile> files = new ArrayList<>();
    try {
      for (Path source : sources) {
        Path to = target.resolve(source.getFileName());
        NewFile.refuseSource(to, sources);
        files.add(NewFile.create(to, source.toFile().length()));
        copy(source, files.getLast());
        written.add(to);
      }
      NewFile.finish(files);
    } finally {
      files.forEach(NewFile::close);
    }
    return new Report(written, List.of());
  }

  private static void copy(Path source, NewFile to) {
    ByteBuffer piece = ByteBuffer.allocateDirect(1 << 20);
    try (FileChannel in = FileChannel.open(source)) {
      while (in.read(piece.clear()) >= 0) {
        to.write(piece.flip());
      }
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.IO,
          Message.of("%s cannot be read.", "无法读取 %s。", source),
          Message.of("Check its permissions.", "请检查其权限。"),
          e);
    }
  }

  private static Path needAdapter(TrainedFolder trained) {
    if (trained.base().isEmpty()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "%s is a whole model, an adapter was expected.", "%s 是完整的模型,应为适配器。", trained.path()),
          Message.of("Export it to gguf or safetensors.", "请导出为 gguf 或 safetensors。"));
    }
    return trained.path();
  }
}
