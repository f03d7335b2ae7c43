package io.zaohua.learn.data;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.tensor.Functional;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Answers to compare, made ready by another program, used in order: safetensors, all I64 [n, B, T].
 * Pairs are {@code chosen_input_ids}, {@code chosen_labels} and the same for {@code rejected};
 * judged answers {@code input_ids}, {@code labels}, and {@code desirable} [n, B] of 0 and 1. Labels
 * are -100 on prompts; {@code chosen_attention_mask} and so on is 0 where a row is filled up.
 */
public final class ReadyAnswers implements TrainingData, AutoCloseable {
  private static final String DESIRABLE = "desirable";

  private final Stacks stacks;
  private final List<String> kinds;
  private final int rows;

  private ReadyAnswers(Stacks stacks, List<String> kinds, int rows) {
    this.stacks = stacks;
    this.kinds = kinds;
    this.rows = rows;
  }

  /**
   * Opens a file.
   *
   * @param judged whether answers are judged one by one, not compared in pairs
   * @throws UserError if tensors are missing or do not fit each other
   */
  public static ReadyAnswers open(Path path, boolean judged) {
    SafetensorsFile file = SafetensorsFile.open(path);
    try {
      List<String> kinds = judged ? List.of("") : List.of("chosen_", "rejected_");
      List<Long> first = shape(file, path, kinds.getFirst() + "input_ids", 3);
      for (String kind : kinds) {
        List<Long> shape = shape(file, path, kind + "input_ids", 3);
        check(path, kind + "input_ids", shape.subList(0, 2), first.subList(0, 2));
        check(path, kind + "labels", shape(file, path, kind + "labels", 3), shape);
        if (file.find(kind + "attention_mask").isPresent()) {
          String mask = kind + "attention_mask";
          check(path, mask, shape(file, path, mask, 3), shape);
        }
      }
      if (judged) {
        check(path, DESIRABLE, shape(file, path, DESIRABLE, 2), first.subList(0, 2));
      }
      var stacks = new Stacks(file, Math.toIntExact(first.get(0)));
      return new ReadyAnswers(stacks, kinds, Math.toIntExact(first.get(1)));
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static List<Long> shape(SafetensorsFile file, Path path, String name, int axes) {
    TensorInfo info = file.find(name).orElseThrow(() -> wrong(path, "no " + name));
    if (!Stacks.fits(info, axes)) {
      throw wrong(path, name + " as " + info.type() + info.shape());
    }
    return info.shape();
  }

  private static void check(Path path, String name, List<Long> shape, List<Long> expected) {
    if (!shape.equals(expected)) {
      throw wrong(path, name + " as " + shape + " beside " + expected);
    }
  }

  private static UserError wrong(Path path, String found) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "%s holds %s, and answers were expected as docs/guide/train.md describes them.",
            "%s 含 %s,应为 docs/guide/train.md 所述格式的回答。", path, found),
        Message.of("Write the batches again.", "请重新生成这些批次。"));
  }

  @Override
  public long size() {
    return stacks.count();
  }

  @Override
  public Batch batch(long index) {
    int at = (int) (index % stacks.count());
    List<Answer> first = answers(kinds.getFirst(), at);
    if (kinds.size() == 2) {
      return Answer.pairs(first, answers(kinds.getLast(), at));
    }
    return Answer.judged(
        first, Arrays.stream(stacks.read(DESIRABLE, at)).mapToObj(good -> good != 0).toList());
  }

  private List<Answer> answers(String kind, int at) {
    long[] ids = stacks.read(kind + "input_ids", at);
    long[] labels = stacks.read(kind + "labels", at);
    Optional<long[]> mask =
        stacks
            .file()
            .find(kind + "attention_mask")
            .map(_ -> stacks.read(kind + "attention_mask", at));
    int length = ids.length / rows;
    List<Answer> answers = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      long[] kept = new long[length];
      boolean[] learned = new boolean[length];
      int size = 0;
      for (int i = row * length; i < (row + 1) * length; i++) {
        if (mask.isEmpty() || mask.get()[i] != 0) {
          kept[size] = ids[i];
          learned[size++] = labels[i] != Functional.IGNORED;
        }
      }
      answers.add(new Answer(Arrays.copyOf(kept, size), Arrays.copyOf(learned, size)));
    }
    return answers;
  }

  @Override
  public void close() {
    stacks.file().close();
  }
}
