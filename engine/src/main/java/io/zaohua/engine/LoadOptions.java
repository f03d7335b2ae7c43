package io.zaohua.engine;

import io.zaohua.engine.cache.KvType;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a model is loaded.
 *
 * @param threads cores to compute on; empty for all physical ones
 * @param contextLength positions a sequence may have; empty for the model's own, at most 8,192
 * @param cacheType how keys and values are cached; empty for f16, or f32 where the weights are f32
 * @param progress told how much of the weights is loaded
 */
public record LoadOptions(
    OptionalInt threads, OptionalInt contextLength, Optional<KvType> cacheType, Progress progress) {

  /** Hears of the loading. */
  @FunctionalInterface
  public interface Progress {
    void loaded(long bytes, long total);
  }

  public static LoadOptions defaults() {
    return new LoadOptions(
        OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), (_, _) -> {});
  }

  public LoadOptions withThreads(int threads) {
    return new LoadOptions(OptionalInt.of(threads), contextLength, cacheType, progress);
  }

  public LoadOptions withContextLength(int positions) {
    return new LoadOptions(threads, OptionalInt.of(positions), cacheType, progress);
  }

  public LoadOptions withCacheType(KvType type) {
    return new LoadOptions(threads, contextLength, Optional.of(type), progress);
  }

  public LoadOptions withProgress(Progress listener) {
    return new LoadOptions(threads, contextLength, cacheType, listener);
  }
}
