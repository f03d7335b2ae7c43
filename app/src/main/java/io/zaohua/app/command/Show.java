package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.app.terminal.Sizes;
import io.zaohua.app.terminal.Table;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.chat.ChatTemplates;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.checkpoint.Description;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.gguf.GgufFile;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.hub.CachedModel;
import io.zaohua.model.hub.Hub;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.model.spec.TransformerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what is inside a checkpoint. Reads headers only, never the weights. */
@CommandLine.Command(
    name = "show",
    description = "Show what is inside a checkpoint: kind, licence, sizes, types.")
final class Show implements Callable<Integer> {
  private static final int LONGEST_VALUE = 100;
  private static final int LONGEST_LIST = 8;

  private final Console console;

  @Parameters(
      paramLabel = "MODEL",
      descriptionKey = "show-model",
      description = "A path or a name, as for generate -m.")
  private String model = "";

  @Option(names = "--metadata", description = "Also every key with its value.")
  private boolean metadata;

  @Option(names = "--tensors", description = "Also every tensor: name, type, shape, size.")
  private boolean tensors;

  Show(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Path path = ModelOption.resolve(console, model);
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      show(checkpoint);
    } catch (UserError e) {
      showRaw(path, e);
    }
    return 0;
  }

  private void show(Checkpoint checkpoint) {
    Description described = checkpoint.describe();
    TransformerSpec spec = described.spec();
    List<List<String>> facts = new ArrayList<>();
    facts.add(List.of("format", described.format()));
    described.name().ifPresent(name -> facts.add(List.of("name", oneLine(name))));
    facts.add(List.of("family", described.family()));
    facts.add(List.of("licence", licence(described.licence(), checkpoint.path())));
    facts.add(List.of("size", Sizes.of(described.bytes())));
    facts.add(
        List.of(
            "shape",
            "%d layers, width %d, vocabulary %d"
                .formatted(spec.layers().size(), spec.width(), spec.vocabulary())));
    facts.add(List.of("context", spec.contextLength() + " tokens"));
    facts.add(List.of("chat template", templates(described.chatTemplates())));
    addTensors(facts, described.tensors());
    Map<String, String> values = new TreeMap<>();
    checkpoint
        .metadata()
        .ifPresentOrElse(
            gguf -> gguf.values().forEach((key, value) -> values.put(key, describe(value))),
            () ->
                checkpoint
                    .config()
                    .json()
                    .properties()
                    .forEach(e -> values.put(e.getKey(), shortened(e.getValue().toString()))));
    print(facts, values, described.tensors());
  }

  /** A file the engine cannot run still shows what it holds; why it cannot run is a note. */
  private void showRaw(Path path, UserError why) {
    Map<String, String> values = new TreeMap<>();
    List<List<String>> facts = new ArrayList<>();
    List<TensorInfo> stored;
    if (Files.isDirectory(path) || path.toString().contains(".safetensors")) {
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        facts.add(List.of("format", "safetensors"));
        values.putAll(file.metadata());
        stored = file.tensors();
      }
    } else {
      try (GgufFile file = GgufFile.open(path)) {
        facts.add(List.of("format", "GGUF v" + file.version()));
        facts.add(
            List.of(
                "architecture",
                oneLine(file.metadata().string("general.architecture").orElse("none"))));
        facts.add(List.of("licence", licence(file.metadata().string("general.license"), path)));
        file.metadata().values().forEach((key, value) -> values.put(key, describe(value)));
        stored = file.tensors();
      }
    }
    addTensors(facts, stored);
    print(facts, values, stored);
    console.note(new Message(why.text(), why.text()));
  }

  /** What the file says, else what the catalogue says of it. */
  private static String licence(Optional<String> stated, Path path) {
    return stated
        .or(
            () ->
                Hub.fromEnvironment().list().stream()
                    .filter(here -> here.path().equals(path))
                    .findFirst()
                    .flatMap(CachedModel::licence))
        .map(Show::oneLine)
        .orElse("not stated");
  }

  private static String templates(List<String> names) {
    return names.isEmpty()
        ? "no"
        : names.equals(List.of(ChatTemplates.DEFAULT)) ? "yes" : oneLine(String.join(", ", names));
  }

  private static void addTensors(List<List<String>> facts, List<TensorInfo> stored) {
    long elements = 0;
    Map<TensorType, Long> types = new EnumMap<>(TensorType.class);
    for (TensorInfo tensor : stored) {
      elements += tensor.elements();
      types.merge(tensor.type(), 1L, Long::sum);
    }
    facts.add(List.of("parameters", String.format(Locale.ROOT, "%.1f million", elements / 1e6)));
    List<String> counts = new ArrayList<>();
    types.forEach((type, count) -> counts.add(count + " " + type));
    facts.add(List.of("tensors", stored.size() + ": " + String.join(", ", counts)));
  }

  private void print(
      List<List<String>> facts, Map<String, String> values, List<TensorInfo> stored) {
    console.print(Table.of(facts));
    if (metadata) {
      console.print(
          "\n"
              + Table.of(
                  values.entrySet().stream()
                      .map(e -> List.of(oneLine(e.getKey()), shortened(e.getValue())))
                      .toList()));
    }
    if (tensors) {
      console.print("\n" + Table.of(stored.stream().map(Show::row).toList()));
    }
  }

  private static List<String> row(TensorInfo tensor) {
    return List.of(
        oneLine(tensor.name()),
        tensor.type().name(),
        tensor.shape().toString(),
        Sizes.of(tensor.bytes()));
  }

  private static String describe(GgufValue value) {
    return switch (value) {
      case GgufValue.Text text -> shortened(text.value());
      case GgufValue.Texts texts ->
          texts.size() > LONGEST_LIST ? texts.size() + " strings" : shortened(texts.toString());
      case GgufValue.Numbers numbers -> numbers.toString();
      case GgufValue.Nested nested -> nested.size() + " arrays";
      case GgufValue.Scalar scalar when scalar.type() == GgufValue.Type.BOOL ->
          Boolean.toString(scalar.truth());
      case GgufValue.Scalar scalar when scalar.type() == GgufValue.Type.F32 ->
          Float.toString((float) scalar.number());
      case GgufValue.Scalar scalar when scalar.type() == GgufValue.Type.F64 ->
          Double.toString(scalar.number());
      case GgufValue.Scalar scalar when scalar.type() == GgufValue.Type.U64 ->
          Long.toUnsignedString(scalar.integer());
      case GgufValue.Scalar scalar -> Long.toString(scalar.integer());
    };
  }

  private static String shortened(String text) {
    return Message.oneLine(text, LONGEST_VALUE);
  }

  private static String oneLine(String text) {
    return Message.oneLine(text, Integer.MAX_VALUE);
  }
}
