package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.engine.LanguageModel;
import io.zaohua.engine.LoadOptions;
import io.zaohua.engine.cache.KvType;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model is run, and how: threads, context, cache. */
final class EngineOptions {
  @Mixin private final ModelOption model = new ModelOption();

  @Option(
      names = {"-t", "--threads"},
      paramLabel = "THREADS",
      description = "Threads; default: the physical cores.")
  private Optional<Integer> threads = Optional.empty();

  @Option(
      names = "--kv-type",
      paramLabel = "TYPE",
      description = "Type of the key-value cache: f32, f16 or q8_0.")
  private Optional<String> kvType = Optional.empty();

  @Option(
      names = "--adapter",
      paramLabel = "PATH[=SCALE]",
      description =
          "An adapter: PEFT's folder (LoRA, IA3, prompt or prefix tuning) or a GGUF file; may be"
              + " repeated.")
  private List<String> adapters = List.of();

  /** Takes the embedded model where none is named. */
  void orPoet() {
    model.orPoet();
  }

  /** What the user called the model. */
  String name() {
    return model.name();
  }

  /** The threads the user chose. */
  Optional<Integer> threads() {
    return threads;
  }

  /**
   * Loads the model, telling what it costs.
   *
   * @param context tokens of the context, if the user chose
   */
  LanguageModel load(Console console, Optional<Integer> context) {
    LoadOptions options = LoadOptions.defaults();
    if (threads.isPresent()) {
      if (threads.get() < 1 || threads.get() > 1024) {
        throw new UserError(
            UserError.Kind.USAGE,
            Message.of("%d threads cannot work.", "线程数 %d 不可用。", threads.get()),
            new Message("Give -t a number from 1 to 1024.", "请为 -t 指定 1 到 1024 的数。"));
      }
      options = options.withThreads(useful(console, threads.get()));
    }
    if (context.isPresent()) {
      options = options.withContextLength(context.get());
    }
    if (kvType.isPresent()) {
      options = options.withCacheType(KvType.of(kvType.get()));
    }
    for (String text : adapters) {
      AdapterOption adapter = AdapterOption.of(text);
      options = options.withAdapter(adapter.path(), adapter.strength());
    }
    LoadingLine line = new LoadingLine(console);
    LanguageModel loaded =
        LanguageModel.load(model.resolve(console), options.withProgress(line::loaded));
    line.end();
    return loaded;
  }

  /** Far more threads than processors only wait for one another. */
  static int useful(Console console, int wanted) {
    int processors = Runtime.getRuntime().availableProcessors();
    int most = Math.max(64, 4 * processors);
    if (wanted > most) {
      console.note(
          Message.of(
              "%d threads on %d processors only wait for one another: %d are used.",
              "%d 个线程在 %d 个处理器上只会相互等待:改用 %d 个。", wanted, processors, most));
    }
    return Math.min(wanted, most);
  }

  /**
   * How far loading is, on one line that goes away; only on a terminal and only if it takes long.
   */
  private static final class LoadingLine {
    private static final long PATIENCE = 500_000_000; // ns
    private final Console console;
    private final long start = System.nanoTime();
    private long shown = -1;

    LoadingLine(Console console) {
      this.console = console;
    }

    synchronized void loaded(long bytes, long total) {
      long percent = 100 * bytes / Math.max(1, total);
      if (console.terminal() && percent != shown && System.nanoTime() - start > PATIENCE) {
        console.err().print("\r" + Message.of("loading %d %%", "载入 %d %%", percent).text());
        console.err().flush();
        shown = percent;
      }
    }

    synchronized void end() {
      if (shown >= 0) {
        console.err().print("\r" + " ".repeat(20) + "\r");
      }
    }
  }
}
