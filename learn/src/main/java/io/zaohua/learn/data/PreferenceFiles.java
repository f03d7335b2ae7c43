package io.zaohua.learn.data;

import io.zaohua.learn.chat.ChatEncoder;
import io.zaohua.learn.chat.Example;
import io.zaohua.learn.recipe.DataSource;
import io.zaohua.learn.rows.Sample;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.ArrayList;
import java.util.List;

/**
 * Preferences as examples; what is learned of each is the answer, after its prompt.
 *
 * @param kept to learn from, in the files' order
 * @param held for evaluation, in the files' order
 * @param report what was found and left out
 * @param <T> {@link Pair} or {@link Judged}
 */
public record PreferenceFiles<T>(List<T> kept, List<T> held, DataReport report) {
  public PreferenceFiles {
    kept = List.copyOf(kept);
    held = List.copyOf(held);
  }

  /** Two answers to one prompt, the first of which is better. */
  public record Pair(Example chosen, Example rejected) {}

  /** An answer and whether it is a good one. */
  public record Judged(Example answer, boolean good) {}

  /** Reads records of {@code chosen} and {@code rejected}. */
  public static PreferenceFiles<Pair> pairs(
      DataSource.Records source, ChatEncoder encoder, long seed) {
    return read(
        source,
        encoder,
        seed,
        new RecordReading.Encoding<>() {
          @Override
          public Pair encode(Sample sample) {
            if (sample instanceof Sample.Preference(var chosen, var rejected)) {
              return new Pair(encoder.encode(chosen), encoder.encode(rejected));
            }
            throw other("prompt, chosen and rejected");
          }

          @Override
          public int length(Pair pair) {
            return Math.max(pair.chosen().length(), pair.rejected().length());
          }

          @Override
          public int learned(Pair pair) {
            int chosen = pair.chosen().learnedTokens();
            int rejected = pair.rejected().learnedTokens();
            return chosen == 0 || rejected == 0 ? 0 : chosen + rejected;
          }

          @Override
          public Pair cut(Pair pair, int tokens) {
            return new Pair(pair.chosen().cut(tokens), pair.rejected().cut(tokens));
          }
        });
  }

  /** Reads records of {@code prompt}, {@code completion} and {@code label}. */
  public static PreferenceFiles<Judged> judged(
      DataSource.Records source, ChatEncoder encoder, long seed) {
    return read(
        source,
        encoder,
        seed,
        new RecordReading.Encoding<>() {
          @Override
          public Judged encode(Sample sample) {
            if (sample instanceof Sample.Judged(var answer, var good)) {
              return new Judged(encoder.encode(answer), good);
            }
            throw other("prompt, completion and label");
          }

          @Override
          public int length(Judged judged) {
            return judged.answer().length();
          }

          @Override
          public int learned(Judged judged) {
            return judged.answer().learnedTokens();
          }

          @Override
          public Judged cut(Judged judged, int tokens) {
            return new Judged(judged.answer().cut(tokens), judged.good());
          }
        });
  }

  private static <T> PreferenceFiles<T> read(
      DataSource.Records source,
      ChatEncoder encoder,
      long seed,
      RecordReading.Encoding<T> encoding) {
    var reading = new RecordReading<>(source, encoding, RecordFiles.chat(source, encoder));
    List<T> kept = new ArrayList<>();
    List<T> held = new ArrayList<>();
    reading.read(kept::add, held::add, seed);
    return new PreferenceFiles<>(kept, held, reading.report());
  }

  private static UserError other(String expected) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of("The record is no preference: %s were expected.", "该记录不是偏好:应有 %s。", expected),
        Message.of("Check the data, or use another objective.", "请检查数据,或换一种目标(objective)。"));
  }
}
