package io.zaohua.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.app.terminal.Console;
import io.zaohua.app.terminal.Sizes;
import io.zaohua.app.terminal.Table;
import io.zaohua.model.file.TensorFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.gguf.GgufFile;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.hub.CachedModel;
import io.zaohua.model.hub.Hub;
import io.zaohua.model.safetensors.SafetensorsFile;
import java.io.IOException;
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
import java.util.stream.Stream;
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
  public Integer call() throws IOException {
    Path path = ModelOption.resolve(console, model);
    boolean gguf = Files.isRegularFile(path) && !path.toString().endsWith(".safetensors");
    if (gguf && !path.toString().endsWith(".json")) {
      try (GgufFile file = GgufFile.open(path)) {
        showGguf(file);
      }
    } else {
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        showSafetensors(file);
      }
    }
    return 0;
  }

  private void showGguf(GgufFile file) throws IOException {
    var values = file.metadata();
    String architecture = values.string("general.architecture").orElse("unknown");
    List<List<String>> facts = new ArrayList<>();
    facts.add(List.of("format", "GGUF v" + file.version()));
    values.string("general.name").ifPresent(name -> facts.add(List.of("name", name)));
    facts.add(List.of("architecture", architecture));
    facts.add(
        List.of(
            "licence",
            values
                .string("general.license")
                .or(() -> knownLicence(file.paths().getFirst()))
                .orElse("not stated in the file")));
    addFiles(facts, file.paths());
    values
        .integer(architecture + ".context_length")
        .ifPresent(n -> facts.add(List.of("context", n + " tokens")));
    int vocabulary = values.strings("tokenizer.ggml.tokens").size();
    if (vocabulary > 0) {
      String kind = values.string("tokenizer.ggml.model").orElse("unknown");
      facts.add(List.of("tokenizer", kind + ", " + vocabulary + " tokens"));
    }
    facts.add(List.of("chat template", values.has("tokenizer.chat_template") ? "yes" : "no"));
    addTensors(facts, file);
    Map<String, String> described = new TreeMap<>();
    values.values().forEach((key, value) -> described.put(key, describe(value)));
    print(facts, described, file);
  }

  private void showSafetensors(SafetensorsFile file) throws IOException {
    Path folder = file.paths().getFirst().toAbsolutePath().resolveSibling("");
    List<List<String>> facts = new ArrayList<>();
    facts.add(List.of("format", "safetensors"));
    Path config = folder.resolve("config.json");
    Map<String, String> described = new TreeMap<>(file.metadata());
    if (Files.isRegularFile(config)) {
      JsonNode json = new ObjectMapper().readTree(Files.readString(config));
      facts.add(
          List.of(
              "architecture",
              json.path("architectures")
                  .path(0)
                  .asText(json.path("model_type").asText("unknown"))));
      if (json.has("max_position_embeddings")) {
        facts.add(List.of("context", json.path("max_position_embeddings").asText() + " tokens"));
      }
      json.properties().forEach(e -> described.put(e.getKey(), shortened(e.getValue().toString())));
    }
    facts.add(List.of("licence", licence(folder).orElse("not stated in the folder")));
    addFiles(facts, file.paths());
    facts.add(
        List.of(
            "tokenizer",
            Files.exists(folder.resolve("tokenizer.json")) ? "tokenizer.json" : "none"));
    facts.add(List.of("chat template", hasTemplate(folder) ? "yes" : "no"));
    addTensors(facts, file);
    print(facts, described, file);
  }

  private static boolean hasTemplate(Path folder) throws IOException {
    Path tokenizer = folder.resolve("tokenizer_config.json");
    return Files.exists(folder.resolve("chat_template.jinja"))
        || (Files.isRegularFile(tokenizer)
            && new ObjectMapper().readTree(Files.readString(tokenizer)).has("chat_template"));
  }

  /** The line of a model card's front matter. */
  private static Optional<String> licence(Path folder) throws IOException {
    Path card = folder.resolve("README.md");
    if (!Files.isRegularFile(card)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(card)) {
      return lines
          .limit(200)
          .filter(line -> line.startsWith("license:"))
          .map(line -> line.substring(8).strip())
          .filter(line -> !line.isEmpty())
          .findFirst();
    }
  }

  /** The catalogue's word where the file has none. */
  private static Optional<String> knownLicence(Path path) {
    return Hub.fromEnvironment().list().stream()
        .filter(here -> here.path().equals(path))
        .findFirst()
        .flatMap(CachedModel::licence);
  }

  private static void addFiles(List<List<String>> facts, List<Path> paths) throws IOException {
    long bytes = 0;
    for (Path path : paths) {
      bytes += Files.size(path);
    }
    facts.add(
        List.of(
            "size", Sizes.of(bytes) + (paths.size() > 1 ? " in " + paths.size() + " files" : "")));
  }

  private static void addTensors(List<List<String>> facts, TensorFile file) {
    long elements = 0;
    Map<TensorType, Long> types = new EnumMap<>(TensorType.class);
    for (TensorInfo tensor : file.tensors()) {
      elements += tensor.elements();
      types.merge(tensor.type(), 1L, Long::sum);
    }
    facts.add(List.of("parameters", String.format(Locale.ROOT, "%.1f million", elements / 1e6)));
    List<String> counts = new ArrayList<>();
    types.forEach((type, count) -> counts.add(count + " " + type));
    facts.add(List.of("tensors", file.tensors().size() + ": " + String.join(", ", counts)));
  }

  private void print(List<List<String>> facts, Map<String, String> values, TensorFile file) {
    console.print(Table.of(facts));
    if (metadata) {
      console.print(
          "\n"
              + Table.of(
                  values.entrySet().stream().map(e -> List.of(e.getKey(), e.getValue())).toList()));
    }
    if (tensors) {
      console.print("\n" + Table.of(file.tensors().stream().map(Show::row).toList()));
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
    String line = oneLine(text);
    return line.length() <= LONGEST_VALUE ? line : line.substring(0, LONGEST_VALUE) + "…";
  }

  /** Names and values come from strangers: no line ends and no terminal commands. */
  private static String oneLine(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
