package io.zaohua.learn.run;

import io.zaohua.learn.InitialWeights;
import io.zaohua.learn.LoadedWeights;
import io.zaohua.learn.Weights;
import io.zaohua.learn.adapt.Adaptation;
import io.zaohua.learn.adapt.AdaptedWeights;
import io.zaohua.learn.adapt.FrontedWeights;
import io.zaohua.learn.adapt.LowRank;
import io.zaohua.learn.adapt.PeftAdapter;
import io.zaohua.learn.adapt.QuantizedWeights;
import io.zaohua.learn.adapt.Rescaling;
import io.zaohua.learn.chat.ChatEncoder;
import io.zaohua.learn.preference.Reference;
import io.zaohua.learn.recipe.Method;
import io.zaohua.learn.recipe.ModelSource;
import io.zaohua.learn.recipe.Objective;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.adapter.PeftConfig;
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
  private final Optional<Tensor> score;

  /** An adapter in the making: its adapter_config.json, and its tensors by their names in files. */
  private record Adapter(Adaptation weights, String config, Map<String, Tensor> tensors) {}

  private Subject(
      Family family,
      Config config,
      Transformer model,
      Map<String, Tensor> trainable,
      Optional<Tokenizer> tokenizer,
      Optional<String> chatTemplate,
      Companions beside,
      Optional<Adapter> adapter,
      Optional<Tensor> score) {
    this.family = family;
    this.config = config;
    this.model = model;
    this.trainable = new LinkedHashMap<>(trainable);
    score.ifPresent(s -> this.trainable.put(ScoreHead.NAME, s));
    this.tokenizer = tokenizer;
    this.chatTemplate = chatTemplate;
    this.beside = beside;
    this.adapter = adapter;
    this.score = score;
  }

  static Subject of(Recipe recipe) {
    return switch (recipe.model()) {
      case ModelSource.Existing(Path path) -> existing(path, recipe);
      case ModelSource.Fresh fresh -> fresh(fresh, recipe);
    };
  }

  private static Subject existing(Path path, Recipe recipe) {
    long seed = recipe.pace().seed();
    boolean scores = recipe.objective() instanceof Objective.Reward;
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      TransformerSpec spec =
          scores ? ScoreHead.inPlaceOfLogits(checkpoint.spec()) : checkpoint.spec();
      Optional<Tensor> score =
          scores ? Optional.of(ScoreHead.start(spec.width(), seed)) : Optional.empty();
      if (!(recipe.method() instanceof Method.LowRank lora && lora.quantized())) {
        boolean full = recipe.method() instanceof Method.Full;
        Estimate.requireRoomForWeights(spec, full, Estimate.machine());
      }
      Trained trained =
          switch (recipe.method()) {
            case Method.Full _ -> {
              var weights = new LoadedWeights(checkpoint.weights(), true);
              Transformer model = Transformer.of(spec, weights);
              yield new Trained(model, weights.tensors(), Optional.empty());
            }
            case Method.LowRank lora -> lowRank(lora, path, checkpoint, spec, seed);
            case Method.Rescaled method -> rescaled(method, path, checkpoint, spec);
            case Method.Virtual method -> virtual(method, path, checkpoint, spec, seed);
          };
      return new Subject(
          checkpoint.family(),
          checkpoint.config(),
          trained.model(),
          trained.tensors(),
          checkpoint.tokenizer(),
          checkpoint.chatTemplate(),
          Companions.of(checkpoint),
          trained.adapter(),
          score);
    }
  }

  private record Trained(
      Transformer model, Map<String, Tensor> tensors, Optional<Adapter> adapter) {

    static Trained with(Transformer model, Adapter adapter) {
      return new Trained(model, adapter.weights().tensors(), Optional.of(adapter));
    }
  }

  private static Trained lowRank(
      Method.LowRank lora, Path path, Checkpoint checkpoint, TransformerSpec spec, long seed) {
    Weights frozen =
        lora.quantized()
            ? new QuantizedWeights(checkpoint.weights())
            : new LoadedWeights(checkpoint.weights(), false);
    WeightTable names = huggingFaceNames(checkpoint);
    Map<String, LowRank> additions =
        lora.start()
            .map(a -> PeftAdapter.read(a, spec, names))
            .orElseGet(() -> LowRankStart.of(lora, spec, names, frozen, seed));
    var adapted = new AdaptedWeights(frozen, additions);
    Transformer model = Transformer.of(spec, adapted);
    if (lora.quantized()) {
      model.recompute(); // so that one block's matrices at a time are whole
    }
    String config = PeftAdapter.config(lora, path, additions, names);
    return Trained.with(model, new Adapter(adapted, config, PeftAdapter.tensors(additions, names)));
  }

  private static Trained rescaled(
      Method.Rescaled method, Path path, Checkpoint checkpoint, TransformerSpec spec) {
    WeightTable names = huggingFaceNames(checkpoint);
    Map<String, Rescaling> additions = RescalingStart.of(method, spec, names);
    var adapted = new AdaptedWeights(new LoadedWeights(checkpoint.weights(), false), additions);
    String config = PeftAdapter.config(path, additions, names);
    return Trained.with(
        Transformer.of(spec, adapted),
        new Adapter(adapted, config, PeftAdapter.tensors(additions, names)));
  }

  private static Trained virtual(
      Method.Virtual method, Path path, Checkpoint checkpoint, TransformerSpec spec, long seed) {
    var frozen = new LoadedWeights(checkpoint.weights(), false);
    var fronted = new FrontedWeights(frozen, FrontStart.of(method, spec, frozen, seed));
    return Trained.with(
        Transformer.of(spec, fronted),
        new Adapter(fronted, FrontStart.config(method, spec, path), fronted.tensors()));
  }

  /** Adapters are named after modules of transformers, also where the base is a GGUF file. */
  private static WeightTable huggingFaceNames(Checkpoint base) {
    return base.metadata().isPresent()
        ? base.family().safetensors(base.spec(), _ -> false)
        : base.table();
  }

  private static Subject fresh(ModelSource.Fresh fresh, Recipe recipe) {
    if (recipe.objective().needsTrainedModel()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("A new model has no answers to compare yet.", "新模型还没有可比较的回答。"),
          Message.of("Give a trained model as model.", "请在 model 中给出训练过的模型。"));
    }
    if (!(recipe.method() instanceof Method.Full)) {
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
    Path beside = Files.isDirectory(place) ? place : place.resolveSibling(".");
    return new Subject(
        family,
        config,
        Transformer.of(spec, weights),
        weights.tensors(),
        Optional.of(tokenizer),
        Checkpoint.chatTemplate(beside),
        Companions.in(beside),
        Optional.empty(),
        Optional.empty());
  }

  Transformer model() {
    return model;
  }

  /** The score of a reward model, [1, width]. */
  Optional<Tensor> score() {
    return score;
  }

  /** The model as it was before training: under its adapter, or a frozen copy read anew. */
  Reference reference(ModelSource source) {
    if (adapter.isPresent()) {
      return new Reference(model, Optional.of(adapter.get().weights()));
    }
    if (source instanceof ModelSource.Existing(Path path)) {
      try (Checkpoint checkpoint = Checkpoint.open(path)) {
        var frozen = new LoadedWeights(checkpoint.weights(), false);
        Transformer copy = Transformer.of(checkpoint.spec(), frozen).precise(model);
        return new Reference(copy, Optional.empty());
      }
    }
    throw new IllegalStateException("a new model is no reference");
  }

  /** What changes, by canonical name, always in the same order. */
  Map<String, Tensor> trainable() {
    return trainable;
  }

  /** Number of weights that change. */
  long weights() {
    return trainable.values().stream().mapToLong(Tensor::count).sum();
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
      Map<String, Tensor> tensors = new LinkedHashMap<>(adapter.get().tensors());
      boolean front = adapter.get().weights() instanceof FrontedWeights;
      String prefix = front ? PeftConfig.FRONT_PREFIX : PeftConfig.PREFIX;
      score.ifPresent(s -> tensors.put(prefix + ScoreHead.NAME, s));
      String said = adapter.get().config();
      PeftAdapter.write(folder, score.isPresent() ? PeftAdapter.scoring(said) : said, tensors);
      return;
    }
    var weights = new TensorWeights(part -> Optional.ofNullable(trainable.get(part)).orElseThrow());
    if (score.isPresent()) {
      ScoreHead.write(folder, family, config, model.spec(), weights, score.get());
    } else {
      HuggingFaceFolder.write(folder, family, config, model.spec(), weights, TensorType.F32);
    }
    beside.write(folder);
  }
}
