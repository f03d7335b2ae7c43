package io.zaohua.learn.data;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.tensor.Functional;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Batches made by another program, used in order: safetensors with {@code input_ids} and {@code
 * labels}, I64 [n, B, T] (-100: not learned), and {@code attention_mask} if some are padded. The
 * label at t belongs to the id at t, and is what position t - 1 learns, as in transformers.
 */
public final class ReadyBatches implements TrainingData, AutoCloseable {
  private static final String IDS = "input_ids";

  private final Stacks stacks;
  private final int rows;
  private final int length;

  private ReadyBatches(SafetensorsFile file, List<Long> shape) {
    this.stacks = new Stacks(file, Math.toIntExact(shape.get(0)));
    this.rows = Math.toIntExact(shape.get(1));
    this.length = Math.toIntExact(shape.get(2));
  }

  /**
   * Opens a file.
   *
   * @throws UserError if tensors are missing or their shapes differ
   */
  public static ReadyBatches open(Path path) {
    SafetensorsFile file = SafetensorsFile.open(path);
    try {
      List<Long> shape =
          file.find(IDS).map(TensorInfo::shape).orElseThrow(() -> wrong(path, "no " + IDS));
      for (String name : List.of(IDS, "labels", "attention_mask")) {
        Optional<TensorInfo> info = file.find(name);
        if (info.isEmpty() && !name.equals("attention_mask")) {
          throw wrong(path, "no " + name);
        }
        if (info.isPresent() && !(info.get().shape().equals(shape) && Stacks.fits(info.get(), 3))) {
          throw wrong(path, name + " as " + info.get().type() + info.get().shape());
        }
      }
      return new ReadyBatches(file, shape);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static UserError wrong(Path path, String found) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "%s holds %s, and input_ids and labels were expected, I64 [steps, B, T], of one shape.",
            "%s 含 %s,应有同形状的 input_ids 与 labels,I64 [steps, B, T]。", path, found),
        Message.of("Write the batches again.", "请重新生成这些批次。"));
  }

  @Override
  public long size() {
    return stacks.count();
  }

  @Override
  public Batch batch(long index) {
    int at = (int) (index % stacks.count());
    long[] labels = stacks.read("labels", at);
    long[] targets = new long[labels.length];
    for (int row = 0; row < rows; row++) {
      int start = row * length;
      System.arraycopy(labels, start + 1, targets, start, length - 1);
      targets[start + length - 1] = Functional.IGNORED;
    }
    Optional<long[]> mask =
        stacks
            .file()
            .find("attention_mask")
            .map(_ -> stacks.read("attention_mask", at))
            .filter(this::hides);
    return new Batch(rows, length, stacks.read(IDS, at), targets, mask);
  }

  /** Padding at the right end hides nothing from the tokens before it. */
  private boolean hides(long[] mask) {
    for (int i = 1; i < mask.length; i++) {
      if (i % length != 0 && mask[i - 1] == 0 && mask[i] != 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    stacks.file().close();
  }
}
