package io.zaohua.model.quant;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Rewrites tensors in other types, a run of elements a task, on a few threads and in constant
 * memory: about 13 MB a thread whatever the tensor's size.
 */
final class Rewriter implements AutoCloseable {
  /** Elements of a task; a multiple of every block size. */
  static final int RUN = 1 << 19;

  private final ExecutorService workers;
  private final int ahead;
  private final int run;

  /** Normally {@code run} is {@link #RUN}. */
  Rewriter(int threads, int run) {
    this.run = run;
    this.workers =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("quantize").factory());
    this.ahead = 2 * threads;
  }

  /**
   * Hands the tensor's bytes in {@code type} to {@code sink}, in order.
   *
   * @throws UserError naming the tensor if a weight is not finite or does not fit
   */
  void rewrite(TensorFile file, TensorInfo tensor, TensorType type, Consumer<MemorySegment> sink) {
    var running = new ArrayDeque<Future<byte[]>>();
    try {
      for (long from = 0; from < tensor.elements(); from += run) {
        if (running.size() == ahead) {
          sink.accept(MemorySegment.ofArray(finished(running.remove())));
        }
        long first = from;
        int count = (int) Math.min(run, tensor.elements() - from);
        running.add(workers.submit(() -> run(file, tensor, type, first, count)));
      }
      while (!running.isEmpty()) {
        sink.accept(MemorySegment.ofArray(finished(running.remove())));
      }
    } finally {
      running.forEach(task -> task.cancel(false));
    }
  }

  private static byte[] run(
      TensorFile file, TensorInfo tensor, TensorType type, long from, int count) {
    byte[] stored = new byte[Math.toIntExact(tensor.type().bytes(count))];
    file.read(tensor, tensor.type().bytes(from), MemorySegment.ofArray(stored));
    if (tensor.type() == type) {
      return stored;
    }
    float[] values = new float[count];
    Dequantizer.of(tensor.type()).decode(MemorySegment.ofArray(stored), 0, count, values, 0);
    checkFinite(tensor, values, from);
    byte[] written = new byte[Math.toIntExact(type.bytes(count))];
    try {
      Quantizer.of(type).encode(values, 0, count, written, 0);
    } catch (ArithmeticException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "Tensor %s holds weights too large for %s.",
              "张量 %s 含有 %s 容纳不下的权重。", tensor.name(), type.name()),
          Message.of("Choose BF16, or check the model.", "请选择 BF16,或检查该模型。"),
          e);
    }
    return written;
  }

  private static void checkFinite(TensorInfo tensor, float[] values, long from) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        long element = from + i;
        throw new UserError(
            UserError.Kind.INPUT,
            Message.of(
                "Tensor %s holds %s in row %d, column %d; weights must be finite.",
                "张量 %s 的第 %3$d 行第 %4$d 列是 %2$s;权重必须有限。",
                tensor.name(),
                values[i],
                element / tensor.columns(),
                element % tensor.columns()),
            Message.of("The model is damaged: fetch or train it again.", "模型已损坏:请重新下载或训练。"));
      }
    }
  }

  private static byte[] finished(Future<byte[]> task) {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError(
          UserError.Kind.INTERRUPTED,
          Message.of("Quantising was stopped.", "量化已中止。"),
          Message.of("Run it again to start over.", "请重新运行。"),
          e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UserError error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void close() {
    workers.shutdownNow();
  }
}
