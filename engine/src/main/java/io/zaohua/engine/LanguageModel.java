package io.zaohua.engine;

import io.zaohua.engine.cache.KvPool;
import io.zaohua.engine.cache.KvSequence;
import io.zaohua.engine.cache.KvShape;
import io.zaohua.engine.cache.KvType;
import io.zaohua.engine.cache.SavedCache;
import io.zaohua.engine.kernel.Cores;
import io.zaohua.engine.kernel.Kernels;
import io.zaohua.engine.kernel.Slabs;
import io.zaohua.engine.sample.Logits;
import io.zaohua.engine.step.Executor;
import io.zaohua.engine.step.Step;
import io.zaohua.model.Message;
import io.zaohua.model.PhysicalCores;
import io.zaohua.model.UserError;
import io.zaohua.model.adapter.AdaptedWeights;
import io.zaohua.model.adapter.Adapter;
import io.zaohua.model.adapter.Front;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.checkpoint.Description;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.tokenizer.Tokenizer;
import io.zaohua.model.weights.Weights;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A language model ready to run on the CPU: the door of this library.
 *
 * <pre>{@code
 * try (var model = LanguageModel.load(Path.of("SmolLM2-135M-Instruct.Q4_1.gguf"))) {
 *   var answer = model.generate("The capital of France is", GenerateOptions.greedy(), System.out::print);
 * }
 * }</pre>
 *
 * <p>Safe for several threads; requests run one after the other.
 */
public final class LanguageModel implements AutoCloseable {
  /** Rows of a prompt that run together. */
  static final int CHUNK = 512;

  private static final int DEFAULT_CONTEXT = 8192;

  private final Checkpoint checkpoint;
  private final Weights weights;
  private final Optional<Front> front;
  private final Arena arena;
  private final Cores cores;
  private final Executor executor;
  private final MemoryNeed need;
  private Optional<Tokenizer> tokenizer = Optional.empty();
  private boolean closed;

  private LanguageModel(
      Checkpoint checkpoint,
      Weights weights,
      Optional<Front> front,
      Arena arena,
      Cores cores,
      Executor executor,
      MemoryNeed need) {
    this.checkpoint = checkpoint;
    this.weights = weights;
    this.front = front;
    this.arena = arena;
    this.cores = cores;
    this.executor = executor;
    this.need = need;
  }

  /** Loads a GGUF file or a Hugging Face folder with the default options. */
  public static LanguageModel load(Path path) {
    return load(path, LoadOptions.defaults());
  }

  /**
   * Loads a GGUF file or a Hugging Face folder.
   *
   * @throws UserError if it is damaged, of an unknown family or type, or does not fit into memory
   */
  @SuppressWarnings("MustBeClosed") // the model owns the arena
  public static LanguageModel load(Path path, LoadOptions options) {
    checkVectorModule();
    Checkpoint checkpoint = Checkpoint.open(path);
    Arena arena = Arena.ofShared();
    Cores cores = new Cores(options.threads().orElseGet(PhysicalCores::count));
    try {
      TransformerSpec spec = checkpoint.spec();
      KvType type = options.cacheType().orElse(defaultCache(checkpoint.weights()));
      Description description = checkpoint.describe();
      Kernels.warm(description.types().keySet());
      long total = description.bytes();
      List<Adapter> adapters =
          options.adapters().stream()
              .map(a -> Adapter.read(a.path(), a.strength(), checkpoint))
              .toList();
      Optional<Front> front = front(adapters);
      int context = context(options, spec, front);
      MemoryNeed need = MemoryNeed.of(spec, total, context, type);
      need.check();
      KvShape shape = KvShape.of(spec, type);
      long heap = Runtime.getRuntime().maxMemory();
      KvPool pool = new KvPool(shape, Math.max(shape.bytes(context) * 2, heap / 4));
      Packing packing =
          new Packing(
              checkpoint.weights(), adapters, new Slabs(arena), cores, options.progress(), total);
      Weights adapted = checkpoint.weights();
      for (Adapter adapter : adapters) {
        if (adapter.front().isEmpty()) {
          adapted = new AdaptedWeights(adapted, adapter);
        }
      }
      Executor executor = new Executor(spec, adapted, packing::matrix, front, pool, cores);
      return new LanguageModel(checkpoint, adapted, front, arena, cores, executor, need);
    } catch (RuntimeException | Error e) {
      cores.close();
      arena.close();
      checkpoint.close();
      throw e;
    }
  }

  /** The learned positions of all adapters: there is one place for them. */
  private static Optional<Front> front(List<Adapter> adapters) {
    List<Front> all = adapters.stream().flatMap(a -> a.front().stream()).toList();
    if (all.size() > 1) {
      throw new UserError(
          UserError.Kind.UNSUPPORTED,
          Message.of(
              "%d adapters put learned positions before the text, and there is room for one.",
              "有 %d 个适配器要在文本之前放置虚拟位置,而只能有一个。", all.size()),
          Message.of(
              "Give one prompt or prefix adapter; others may be LoRA or IA3.",
              "请只给出一个提示或前缀适配器;其余可为 LoRA 或 IA3。"));
    }
    return all.stream().findFirst();
  }

  /** Positions of the longest sequence, the learned ones included. */
  private static int context(LoadOptions options, TransformerSpec spec, Optional<Front> front) {
    int before = front.map(Front::length).orElse(0);
    int own = Math.min(spec.contextLength() - before, DEFAULT_CONTEXT);
    int tokens = options.contextLength().orElse(own);
    if (tokens < 1) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("A context of %d tokens is too small.", "%d 个词元的上下文太小。", tokens),
          Message.of("Give a context of at least 1 token.", "上下文至少为 1 个词元。"));
    }
    return Math.addExact(tokens, before);
  }

  private static void checkVectorModule() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      throw new UserError(
          UserError.Kind.UNSUPPORTED,
          Message.of(
              "The JVM was started without the Vector API, which the kernels are written in.",
              "JVM 启动时未启用 Vector API,而计算内核依赖它。"),
          Message.of(
              "Start it with --add-modules jdk.incubator.vector.",
              "请用 --add-modules jdk.incubator.vector 启动。"));
    }
  }

  private static KvType defaultCache(Weights weights) {
    return weights.shape("layers.0.q.weight").type() == TensorType.F32 ? KvType.F32 : KvType.F16;
  }

  public TransformerSpec spec() {
    return executor.spec();
  }

  /** The checkpoint it came from: metadata, licence, chat templates, generation defaults. */
  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /**
   * The checkpoint's tokenizer.
   *
   * @throws UserError if it has none
   */
  public synchronized Tokenizer tokenizer() {
    if (tokenizer.isEmpty()) {
      tokenizer = checkpoint.tokenizer();
    }
    return tokenizer.orElseThrow(
        () ->
            new UserError(
                UserError.Kind.NOT_FOUND,
                Message.of("%s has no tokenizer.", "%s 没有分词器。", checkpoint.path().getFileName()),
                Message.of("Put its tokenizer.json beside it.", "请将其 tokenizer.json 放在旁边。")));
  }

  /** Tokens a sequence may have, beside an adapter's learned positions. */
  public int contextLength() {
    return need.context() - executor.beginning();
  }

  /** What it needs of memory. */
  public MemoryNeed memory() {
    return need;
  }

  public int threads() {
    return cores.threads();
  }

  /**
   * Runs steps of many sequences by hand. Nothing is locked: while it is in use the caller keeps to
   * one thread and asks nothing else of the model.
   */
  public Executor executor() {
    return executor;
  }

  /** Generates from a text; new text goes to {@code listener} as soon as it is certain. */
  public Generation generate(String prompt, GenerateOptions options, Consumer<String> listener) {
    return generate(tokenizer().encodeOpenPrompt(prompt, false), options, listener);
  }

  /** Generates from ready tokens. */
  public Generation generate(int[] prompt, GenerateOptions options, Consumer<String> listener) {
    synchronized (executor) {
      checkOpen();
      checkIds(prompt);
      return new GenerationRun(this, prompt, options, listener).run();
    }
  }

  /**
   * Logits of every token of {@code ids}, row by row.
   *
   * @param chunk rows that run together, 1 or more; the numbers do not depend on it
   * @param output hears the rows in order, as rows of entry 0
   * @throws UserError if the model gives NaN or infinity
   */
  public void logits(int[] ids, int chunk, Step.Output output) {
    logits(ids, chunk, 0, output);
  }

  /** The same for the tokens from {@code first} on. */
  void logits(int[] ids, int chunk, int first, Step.Output output) {
    if (chunk < 1) {
      throw new IllegalArgumentException("a chunk has one row at least, got " + chunk);
    }
    synchronized (executor) {
      checkOpen();
      checkLength(ids.length);
      checkIds(ids);
      try (KvSequence s = executor.open(ids.length)) {
        for (int at = 0; at < ids.length; at += chunk) {
          int from = at;
          executor.run(
              new Step()
                  .add(
                      s,
                      ids,
                      at,
                      Math.min(chunk, ids.length - at),
                      (row, _) -> from + row >= first),
              (_, row, values, offset) -> {
                Logits.check(values, offset, spec().vocabulary());
                output.logits(0, from + row, values, offset);
              });
        }
      }
    }
  }

  /**
   * The natural logarithm of each token's probability after those before it, [tokens - 1]: the
   * first token is not asked.
   */
  public double[] logProbabilities(int[] ids) {
    double[] found = new double[Math.max(0, ids.length - 1)];
    logits(
        ids,
        CHUNK,
        (_, row, values, offset) -> {
          if (row < found.length) {
            found[row] =
                Perplexity.logProbability(values, offset, spec().vocabulary(), ids[row + 1]);
          }
        });
    return found;
  }

  /** The hidden state (after the final norm) of every token, [tokens, width], row after row. */
  public float[] hiddenStates(int[] ids) {
    synchronized (executor) {
      checkOpen();
      checkLength(ids.length);
      checkIds(ids);
      int width = spec().width();
      float[] all = new float[ids.length * width];
      try (KvSequence s = executor.open(ids.length)) {
        for (int at = 0; at < ids.length; at += CHUNK) {
          int from = at;
          int n = Math.min(CHUNK, ids.length - at);
          executor.run(
              new Step()
                  .add(
                      new Step.Entry(
                          s,
                          Step.Rows.Tokens.of(ids, at, n),
                          List.of(),
                          new Step.Mask.Causal(),
                          Step.Wanted.NONE,
                          Step.Wanted.ALL)),
              new Step.Output() {
                @Override
                public void logits(int entry, int row, float[] values, int offset) {}

                @Override
                public void hidden(int entry, int row, float[] values, int offset) {
                  System.arraycopy(values, offset, all, (from + row) * width, width);
                }
              });
        }
      }
      return all;
    }
  }

  /**
   * Keeps on disk what is cached of a text, in whole pages of 64 tokens; the file appears whole or
   * not at all.
   *
   * @return tokens kept
   */
  public int saveCache(int[] ids, Path file) {
    synchronized (executor) {
      checkOpen();
      return tokens(savedCache().save(begun(ids), file));
    }
  }

  /**
   * Brings back what {@link #saveCache} kept: a prompt that begins with that text then finds it
   * cached.
   *
   * @return tokens known now
   * @throws UserError if the file is missing, damaged, of another model, or made with another cache
   *     type; the text then has to be read again, nothing else is lost
   */
  public int loadCache(Path file) {
    synchronized (executor) {
      checkOpen();
      return tokens(savedCache().load(file));
    }
  }

  private SavedCache savedCache() {
    int ropeLength = executor.ropeLength(contextLength());
    byte[] fingerprint = Fingerprint.of(spec(), weights, front);
    return new SavedCache(executor.pool(), ropeLength, fingerprint);
  }

  /** The tokens as the cache has them, behind what every sequence begins with. */
  private int[] begun(int[] ids) {
    int[] all = new int[executor.beginning() + ids.length];
    Arrays.fill(all, KvSequence.NONE);
    System.arraycopy(ids, 0, all, executor.beginning(), ids.length);
    return all;
  }

  /** Of so many cached positions, those that have tokens. */
  private int tokens(int positions) {
    return Math.max(0, positions - executor.beginning());
  }

  void checkLength(int length) {
    if (length == 0) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("There is no token to start from.", "没有可作为起点的词元。"),
          Message.of("Give a prompt.", "请给出提示。"));
    }
    if (length > contextLength()) {
      throw new UserError(
          UserError.Kind.CAPACITY,
          Message.of(
              "The prompt has %,d tokens and the context holds %,d.",
              "提示有 %,d 个词元,而上下文只能容纳 %,d 个。", length, contextLength()),
          Message.of(
              "Shorten it, or give a larger context (the model was made for %,d).",
              "请缩短提示,或增大上下文(模型支持 %,d)。", spec().contextLength()));
    }
  }

  private void checkIds(int[] ids) {
    int rows = spec().vocabulary();
    for (int id : ids) {
      if (id < 0 || id >= rows) {
        throw new UserError(
            UserError.Kind.INPUT,
            Message.of(
                "The prompt has token %d and the model has embeddings for %d.",
                "提示中有词元 %d,而模型只有 %d 个词元的嵌入。", id, rows),
            Message.of(
                "The tokenizer is probably another model's: fetch the model with its own.",
                "分词器很可能属于另一个模型:请连同其自带的分词器重新下载模型。"));
      }
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
  }

  /** Frees the weights; waits for a running request. */
  @Override
  public void close() {
    synchronized (executor) {
      if (!closed) {
        closed = true;
        cores.close();
        arena.close();
        checkpoint.close();
      }
    }
  }
}
