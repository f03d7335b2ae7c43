package io.zaohua.model.checkpoint;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.chat.ChatTemplates;
import io.zaohua.model.family.Config;
import io.zaohua.model.family.Families;
import io.zaohua.model.family.Family;
import io.zaohua.model.family.GgufConfig;
import io.zaohua.model.file.TensorFile;
import io.zaohua.model.gguf.GgufFile;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.tokenizer.Tokenizer;
import io.zaohua.model.tokenizer.TokenizerMetadata;
import io.zaohua.model.weights.CheckpointWeights;
import io.zaohua.model.weights.WeightTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model on disk: a GGUF file (single or split), a Hugging Face folder, or a folder that holds one
 * GGUF model (a {@code .safetensors} file stands for its folder). Opening checks that every tensor
 * is there and has its shape; closing closes the files.
 */
public final class Checkpoint implements AutoCloseable {
  private final Path path;
  private final TensorFile file;
  private final Sidecar sidecar;
  private final Family family;
  private final Config config;
  private final TransformerSpec spec;
  private final WeightTable table;
  private final CheckpointWeights weights;

  private Checkpoint(
      Path path,
      TensorFile file,
      Sidecar sidecar,
      Family family,
      Config config,
      TransformerSpec spec,
      WeightTable table) {
    this.path = path;
    this.file = file;
    this.sidecar = sidecar;
    this.family = family;
    this.config = config;
    this.spec = spec;
    this.table = table;
    this.weights = new CheckpointWeights(file, String.valueOf(path.getFileName()), table);
  }

  /**
   * Opens a model.
   *
   * @throws UserError if it is missing, damaged, of an unknown family, or inconsistent
   */
  public static Checkpoint open(Path path) {
    if (!Files.isDirectory(path)) {
      var folder = path.toAbsolutePath().getParent();
      boolean weights = path.toString().endsWith(".safetensors") && Files.exists(path);
      return weights && folder != null ? folder(folder) : gguf(path);
    }
    if (Files.exists(path.resolve("config.json"))) {
      return folder(path);
    }
    return gguf(onlyGguf(path));
  }

  private static Checkpoint gguf(Path path) {
    var file = GgufFile.open(path);
    try {
      checkWhole(path, file);
      var family = Families.of(file.metadata());
      var config = GgufConfig.read(family, file.metadata(), file);
      var spec = family.spec(config);
      var table = family.gguf(spec, name -> file.find(name).isPresent());
      var sidecar = new Sidecar.Gguf(file.metadata(), file.paths());
      return checked(new Checkpoint(path, file, sidecar, family, config, spec, table));
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /**
   * GGUF also carries parts that belong to a model ({@code general.type} in gguf-py's constants):
   * they are refused by what they are.
   */
  private static void checkWhole(Path path, GgufFile file) {
    var metadata = file.metadata();
    String type = metadata.string("general.type").orElse("model");
    String architecture = metadata.string("general.architecture").orElse("");
    Optional<Message> part =
        type.equals("adapter") || metadata.find("adapter.type").isPresent()
            ? Optional.of(new Message("a LoRA adapter", "LoRA 适配器"))
            : type.equals("mmproj") || architecture.equals("clip")
                ? Optional.of(
                    new Message(
                        "the picture or sound side of a model (mmproj)", "模型的图像或声音部分(mmproj)"))
                : type.equals("imatrix")
                    ? Optional.of(new Message("an importance matrix", "重要性矩阵"))
                    : file.tensors().isEmpty()
                        ? Optional.of(new Message("a tokenizer without weights", "不含权重的分词器"))
                        : Optional.empty();
    if (part.isPresent()) {
      throw new UserError(
          UserError.Kind.UNSUPPORTED,
          new Message(
              "%s holds %s, a whole model was expected.".formatted(path, part.get().english()),
              "%s 是%s,应为完整的模型。".formatted(path, part.get().chinese())),
          Message.of("Name the GGUF file of the model itself.", "请指定模型本身的 GGUF 文件。"));
    }
  }

  private static Checkpoint folder(Path folder) {
    var sidecar = Sidecar.Folder.read(folder);
    var whole = sidecar.config();
    var family = Families.of(Families.stackOf(whole));
    var config = Families.stackOf(whole).or(family.defaults());
    var spec = family.spec(config);
    var file = SafetensorsFile.open(folder);
    try {
      var table = family.safetensors(spec, name -> file.find(name).isPresent());
      return checked(new Checkpoint(folder, file, sidecar, family, config, spec, table));
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static Checkpoint checked(Checkpoint checkpoint) {
    checkpoint.weights.check(checkpoint.spec);
    return checkpoint;
  }

  private static Path onlyGguf(Path folder) {
    List<Path> found;
    try (var entries = Files.list(folder)) {
      found =
          entries
              .filter(p -> p.toString().endsWith(".gguf"))
              .filter(
                  p ->
                      !p.toString().matches(".*-\\d{5}-of-\\d{5}\\.gguf")
                          || p.toString().contains("-00001-of-"))
              .sorted()
              .toList();
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.IO,
          Message.of("The folder %s cannot be read.", "无法读取文件夹 %s。", folder),
          Message.of("Check its permissions.", "请检查权限。"),
          e);
    }
    if (found.size() != 1) {
      throw new UserError(
          UserError.Kind.NOT_FOUND,
          Message.of(
              "The folder %s holds no config.json and %d GGUF models, one model was expected.",
              "文件夹 %s 中没有 config.json,有 %d 个 GGUF 模型,应恰有一个模型。", folder, found.size()),
          Message.of("Name the file itself.", "请直接给出文件。"));
    }
    return found.getFirst();
  }

  /** The file or folder. */
  public Path path() {
    return path;
  }

  public TransformerSpec spec() {
    return spec;
  }

  public CheckpointWeights weights() {
    return weights;
  }

  public Family family() {
    return family;
  }

  /** The configuration in the words of config.json, complete; a GGUF file's is translated. */
  public Config config() {
    return config;
  }

  /** Which tensor is which part. */
  public WeightTable table() {
    return table;
  }

  /** All tensors as stored. */
  public TensorFile tensors() {
    return file;
  }

  /** GGUF metadata; empty for a folder. */
  public Optional<Metadata> metadata() {
    return sidecar instanceof Sidecar.Gguf g ? Optional.of(g.metadata()) : Optional.empty();
  }

  /** The default chat template's Jinja text, where there is one. */
  public Optional<String> chatTemplate() {
    return chatTemplates().standard();
  }

  /** All its chat templates by name, read anew at each call. */
  public ChatTemplates chatTemplates() {
    return sidecar.chatTemplates();
  }

  /** The default chat template in the files of a Hugging Face folder, whole model or not. */
  public static Optional<String> chatTemplate(Path folder) {
    return new Sidecar.Folder(folder, Config.empty(), Optional.empty()).chatTemplates().standard();
  }

  /** What the model's makers recommend for generation. */
  public GenerationDefaults generation() {
    return sidecar.generation();
  }

  /**
   * The tokenizer, read anew at each call; empty where the model has none.
   *
   * @throws UserError if it is damaged or of an unknown kind
   */
  public Optional<Tokenizer> tokenizer() {
    return sidecar.tokenizer();
  }

  /** The tokenizer in GGUF's words, with notes on what GGUF cannot say. */
  public Optional<TokenizerMetadata> tokenizerMetadata() {
    return sidecar.tokenizerMetadata();
  }

  /** Licence, as the model card or the metadata names it. */
  public Optional<String> licence() {
    return sidecar.licence();
  }

  public Description describe() {
    return Description.of(this);
  }

  /** All its weight files. */
  public List<Path> files() {
    return file instanceof GgufFile g ? g.paths() : ((SafetensorsFile) file).paths();
  }

  /** Bytes of all its weight files. */
  long fileBytes() {
    long bytes = 0;
    for (var p : files()) {
      try {
        bytes += Files.size(p);
      } catch (IOException e) {
        throw new UserError(
            UserError.Kind.IO,
            Message.of("The size of %s cannot be read.", "无法读取 %s 的大小。", p),
            Message.of("Check that the file still exists.", "请检查文件是否仍存在。"),
            e);
      }
    }
    return bytes;
  }

  @Override
  public void close() {
    file.close();
  }
}
