package io.zaohua.engine;

import io.zaohua.engine.cache.KvShape;
import io.zaohua.engine.cache.KvType;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.spec.TransformerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What a model needs, estimated before anything is loaded: weights outside the heap, the cache of a
 * full context on the heap.
 *
 * @param weights bytes of the weights in kernel layout, about the file's size
 * @param cache bytes that the keys and values of {@code context} positions take
 * @param context positions of the longest sequence
 * @param cacheType how keys and values are stored
 */
public record MemoryNeed(long weights, long cache, int context, KvType cacheType) {

  static MemoryNeed of(TransformerSpec spec, long fileBytes, int context, KvType type) {
    return new MemoryNeed(fileBytes, KvShape.of(spec, type).bytes(context), context, type);
  }

  /** Says what the context costs. */
  public Message message() {
    return Message.of(
        "weights %s; a context of %,d tokens in %s costs %s",
        "权重 %s;%,d 个词元的上下文(%s)需要 %s",
        size(weights),
        context,
        cacheType.name().toLowerCase(Locale.ROOT),
        size(cache));
  }

  static String size(long bytes) {
    return bytes >= 1L << 30
        ? String.format(Locale.ROOT, "%.1f GB", bytes / 1e9)
        : String.format(Locale.ROOT, "%.0f MB", Math.max(1, bytes / 1e6));
  }

  /** Refuses what cannot fit. */
  void check() {
    long free = freeBytes();
    if (weights > free) {
      throw new UserError(
          UserError.Kind.CAPACITY,
          Message.of(
              "The weights need %s and this machine has %s of memory free.",
              "权重需要 %s,而本机只有 %s 空闲内存。", size(weights), size(free)),
          Message.of(
              "Quantise the model to a smaller type or free memory.", "请将模型量化为更小的类型,或释放内存。"));
    }
    long heap = Runtime.getRuntime().maxMemory();
    if (cache > heap * 9 / 10) {
      throw new UserError(
          UserError.Kind.CAPACITY,
          Message.of(
              "A context of %,d tokens needs %s of cache and the Java heap is %s.",
              "%,d 个词元的上下文需要 %s 缓存,而 Java 堆只有 %s。", context, size(cache), size(heap)),
          Message.of(
              "Use a shorter context, the cache type q8_0, or a larger heap (-Xmx).",
              "请缩短上下文、使用缓存类型 q8_0,或增大堆(-Xmx)。"));
    }
  }

  /** Memory that can be had without swapping; the largest number there is where nobody says. */
  private static long freeBytes() {
    Path linux = Path.of("/proc/meminfo");
    if (Files.isReadable(linux)) {
      try {
        for (String line : Files.readAllLines(linux)) {
          if (line.startsWith("MemAvailable:")) {
            return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
          }
        }
      } catch (IOException e) {
        return Long.MAX_VALUE;
      }
    }
    return Long.MAX_VALUE;
  }
}
