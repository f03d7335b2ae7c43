package io.zaohua.engine;

import io.zaohua.engine.cache.KvType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a model is loaded.
 *
 * @param threads cores to compute on; empty for all physical ones
 * @param contextLength tokens a sequence may have, beside an adapter's learned positions; empty for
 *     the model's own, at most 8,192
 * @param cacheType how keys and values are cached; empty for f16, or f32 where the weights are f32
 * @param adapters adapters to apply, each with a factor for its scale
 * @param progress told how much of the weights is loaded
 */
public record LoadOptions(
    OptionalInt threads,
    OptionalInt contextLength,
    Optional<KvType> cacheType,
    List<AdapterSource> adapters,
    Progress progress) {

  public LoadOptions {
    adapters = List.copyOf(adapters);
  }

  /**
   * An adapter.
   *
   * @param path PEFT's folder or llama.cpp's GGUF file
   * @param strength multiplies its scale; 1 as it was trained
   */
  public record AdapterSource(Path path, float strength) {}

  /** Hears of the loading. */
  @FunctionalInterface
  public interface Progress {
    void loaded(long bytes, long total);
  }

  public static LoadOptions defaults() {
    return new LoadOptions(
        OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), List.of(), (_, _) -> {});
  }

  public LoadOptions withThreads(int threads) {
    return new LoadOptions(OptionalInt.of(threads), contextLength, cacheType, adapters, progress);
  }

  public LoadOptions withContextLength(int positions) {
    return new LoadOptions(threads, OptionalInt.of(positions), cacheType, adapters, progress);
  }

  public LoadOptions withCacheType(KvType type) {
    return new LoadOptions(threads, contextLength, Optional.of(type), adapters, progress);
  }

  public LoadOptions withProgress(Progress listener) {
    return new LoadOptions(threads, contextLength, cacheType, adapters, listener);
  }

  /**
   * One more adapter. They count in this order: LoRA's additions are summed, IA3's factors
   * multiply; at most one may put learned positions before the text.
   */
  public LoadOptions withAdapter(Path path, float strength) {
    List<AdapterSource> all = new ArrayList<>(adapters);
    all.add(new AdapterSource(path, strength));
    return new LoadOptions(threads, contextLength, cacheType, all, progress);
  }
}
