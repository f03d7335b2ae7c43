package io.zaohua.learn.data;

import io.zaohua.learn.chat.ChatEncoder;
import io.zaohua.learn.chat.Example;
import io.zaohua.learn.recipe.DataSource;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Preferences from data files as batches, shuffled anew each time through.
 *
 * @param training to learn from
 * @param held for evaluation, in order
 * @param report what was found and left out
 */
public record AnswerFiles(TrainingData training, Optional<TrainingData> held, DataReport report) {

  /** Reads pairs, or answers judged one by one. */
  public static AnswerFiles read(
      DataSource.Records source, ChatEncoder encoder, boolean judged, int rows, long seed) {
    if (judged) {
      var files = PreferenceFiles.judged(source, encoder, seed);
      return of(files, rows, seed, AnswerFiles::judged);
    }
    var files = PreferenceFiles.pairs(source, encoder, seed);
    return of(files, rows, seed, AnswerFiles::pairs);
  }

  /** Some records side by side. */
  @FunctionalInterface
  private interface Joining<T> {
    Batch batch(List<T> records);
  }

  private static <T> AnswerFiles of(
      PreferenceFiles<T> files, int rows, long seed, Joining<T> joining) {
    if (files.kept().isEmpty()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("The data has no preference to learn from.", "数据中没有可学习的偏好。"),
          Message.of("Check the files and what was left out.", "请检查文件与被略去的内容。"));
    }
    return new AnswerFiles(
        new Records<>(files.kept(), rows, Optional.of(seed), joining),
        files.held().isEmpty()
            ? Optional.empty()
            : Optional.of(new Records<>(files.held(), rows, Optional.empty(), joining)),
        files.report());
  }

  private static Batch pairs(List<PreferenceFiles.Pair> pairs) {
    return Answer.pairs(
        pairs.stream().map(p -> answer(p.chosen())).toList(),
        pairs.stream().map(p -> answer(p.rejected())).toList());
  }

  private static Batch judged(List<PreferenceFiles.Judged> records) {
    return Answer.judged(
        records.stream().map(r -> answer(r.answer())).toList(),
        records.stream().map(PreferenceFiles.Judged::good).toList());
  }

  private static Answer answer(Example example) {
    return new Answer(Arrays.stream(example.ids()).asLongStream().toArray(), marks(example));
  }

  private static boolean[] marks(Example example) {
    boolean[] marks = new boolean[example.length()];
    for (int i = 0; i < marks.length; i++) {
      marks[i] = example.learned(i);
    }
    return marks;
  }

  /** Records in batches of so many. */
  private record Records<T>(List<T> records, int rows, Optional<Long> seed, Joining<T> joining)
      implements TrainingData {
    @Override
    public long size() {
      return Math.ceilDiv(records.size(), rows);
    }

    @Override
    public Batch batch(long index) {
      int from = (int) (index % size()) * rows;
      int[] order = order(index / size());
      List<T> part = new ArrayList<>();
      // In training a last batch is filled up from the first, so that all have one size.
      int end = seed.isPresent() ? from + Math.min(rows, order.length) : order.length;
      for (int i = from; i < Math.min(from + rows, end); i++) {
        part.add(records.get(order[i % order.length]));
      }
      return joining.batch(part);
    }

    private int[] order(long epoch) {
      int count = records.size();
      return seed.map(s -> Order.ofEpoch(count, s, epoch)).orElseGet(() -> Order.straight(count));
    }
  }
}
