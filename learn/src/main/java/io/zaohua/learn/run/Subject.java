package io.zaohua.learn.run;

import io.zaohua.learn.InitialWeights;
import io.zaohua.learn.LoadedWeights;
import io.zaohua.learn.adapt.AdaptedWeights;
import io.zaohua.learn.adapt.LowRank;
import io.zaohua.learn.adapt.PeftAdapter;
import io.zaohua.learn.chat.ChatEncoder;
import io.zaohua.learn.recipe.Method;
import io.zaohua.learn.recipe.ModelSource;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.convert.Companions;
import io.zaohua.model.convert.HuggingFaceFolder;
import io.zaohua.model.family.Config;
import io.zaohua.model.family.Families;
import io.zaohua.model.family.Family;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.tokenizer.Tokenizer;
import io.zaohua.model.tokenizer.TokenizerJson;
import io.zaohua.model.weights.WeightTable;
import io.zaohua.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a run trains: the stack, its trainable tensors by name, and how both become files. Its
 * tensors live in the scope that is open when it is made.
 */
final class Subject {
  private final Family family;
  private final Config config;
  private final Transformer model;
  private final Map<String, Tensor> trainable;
  private final Optional<Tokenizer> tokenizer;
  private final Optional<String> chatTemplate;
  private final Companions beside;
  private final Optional<Adapter> adapter;

  /** A low-rank adapter in the making. */
  private record Adapter(AdaptedWeights weights, PeftAdapter.Description description) {}

  private Subject(
      Family family,
      Config config,
      Transformer model,
      Map<String, Tensor> trainable,
      Optional<Tokenizer> tokenizer,
      Optional<String> chatTemplate,
      Companions beside,
      Optional<Adapter> adapter) {
    this.family = family;
    this.config = config;
    this.model = model;
    this.trainable = new LinkedHashMap<>(trainable);
    this.tokenizer = tokenizer;
    this.chatTemplate = chatTemplate;
    this.beside = beside;
    this.adapter = adapter;
  }

  static Subject of(Recipe recipe) {
    return switch (recipe.model()) {
      case ModelSource.Existing(Path path) -> existing(path, recipe.method(), recipe.pace().seed());
      case ModelSource.Fresh fresh -> fresh(fresh, recipe.method());
    };
  }

  private static Subject existing(Path path, Method method, long seed) {
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      TransformerSpec spec = checkpoint.spec();
      Estimate.requireRoomForWeights(spec, method instanceof Method.Full, Estimate.machine());
      Companions beside = Companions.of(checkpoint);
      return switch (method) {
        case Method.Full _ -> {
          var weights = new LoadedWeights(checkpoint.weights(), true);
          Transformer model = Transformer.of(spec, weights);
          yield new Subject(
              checkpoint.family(),
              checkpoint.config(),
              model,
              weights.tensors(),
              checkpoint.tokenizer(),
              checkpoint.chatTemplate(),
              beside,
              Optional.empty());
        }
        case Method.LowRank lora -> {
          var frozen = new LoadedWeights(checkpoint.weights(), false);
          WeightTable names = huggingFaceNames(checkpoint);
          Map<String, LowRank> additions =
              lora.start()
                  .map(a -> PeftAdapter.read(a, spec, names))
                  .orElseGet(() -> LowRankStart.of(lora, spec, names, frozen, seed));
          var adapted = new AdaptedWeights(frozen, additions);
          Transformer model = Transformer.of(spec, adapted);
          var description = PeftAdapter.describe(lora.start(), lora, path, additions, names);
          yield new Subject(
              checkpoint.family(),
              checkpoint.config(),
              model,
              adapted.tensors(),
              checkpoint.tokenizer(),
              checkpoint.chatTemplate(),
              beside,
              Optional.of(new Adapter(adapted, description)));
        }
      };
    }
  }

  /** Adapters are named after modules of transformers, also where the base is a GGUF file. */
  private static WeightTable huggingFaceNames(Checkpoint base) {
    return base.metadata().isPresent()
        ? base.family().safetensors(base.spec(), _ -> false)
        : base.table();
  }

  private static Subject fresh(ModelSource.Fresh fresh, Method method) {
    if (!(method instanceof Method.Full)) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("A new model cannot be frozen under an adapter.", "新模型不能冻结在适配器之下。"),
          Message.of("Use method: full.", "请用 method: full。"));
    }
    Tokenizer tokenizer = TokenizerJson.open(fresh.tokenizer()).tokenizer();
    Config said = fresh.config();
    if (!said.has("vocab_size")) {
      said = said.with("vocab_size", tokenizer.vocabularySize());
    }
    if (said.needInteger("vocab_size") < tokenizer.vocabularySize()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "The tokenizer has %d tokens, and model.config.vocab_size is %d.",
              "分词器有 %d 个词元,而 model.config.vocab_size 为 %d。",
              tokenizer.vocabularySize(),
              said.needInteger("vocab_size")),
          Message.of("Leave vocab_size out.", "请去掉 vocab_size。"));
    }
    if (!said.has("bos_token_id") && tokenizer.bos().isPresent()) {
      said = said.with("bos_token_id", tokenizer.bos().getAsInt());
    }
    if (!said.has("eos_token_id") && tokenizer.eos().isPresent()) {
      said = said.with("eos_token_id", tokenizer.eos().getAsInt());
    }
    Family family = Families.of(said);
    Config config = said.or(family.defaults());
    TransformerSpec spec = family.spec(config);
    Estimate.requireRoomForWeights(spec, true, Estimate.machine());
    var weights = new InitialWeights(spec, fresh.seed(), fresh.deviation());
    Path place = fresh.tokenizer();
    return new Subject(
        family,
        config,
        Transformer.of(spec, weights),
        weights.tensors(),
        Optional.of(tokenizer),
        Checkpoint.chatTemplate(Files.isDirectory(place) ? place : place.resolveSibling(".")),
        Companions.in(Files.isDirectory(place) ? place : place.resolveSibling(".")),
        Optional.empty());
  }

  Transformer model() {
    return model;
  }

  /** What changes, by canonical name, always in the same order. */
  Map<String, Tensor> trainable() {
    return trainable;
  }

  Tokenizer needTokenizer() {
    return tokenizer.orElseThrow(
        () ->
            new UserError(
                UserError.Kind.INPUT,
                Message.of("The model has no tokenizer, and the data is text.", "模型没有分词器,而数据是文本。"),
                Message.of(
                    "Put its tokenizer.json beside it, or train on format: batches.",
                    "请把 tokenizer.json 放在旁边,或使用 format: batches。")));
  }

  /** How conversations become tokens, by the model's own template. */
  ChatEncoder encoder() {
    return ChatEncoder.of(needTokenizer(), chatTemplate);
  }

  /** Writes the model, or the adapter, into a folder. */
  void save(Path folder) {
    if (adapter.isPresent()) {
      PeftAdapter.write(folder, adapter.get().description(), adapter.get().weights().additions());
      return;
    }
    HuggingFaceFolder.write(
        folder,
        family,
        config,
        model.spec(),
        new TensorWeights(part -> Optional.ofNullable(trainable.get(part)).orElseThrow()),
        TensorType.F32);
    beside.write(folder);
  }
}
