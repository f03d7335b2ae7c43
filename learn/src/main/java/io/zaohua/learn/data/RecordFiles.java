package io.zaohua.learn.data;

import io.zaohua.learn.chat.ChatEncoder;
import io.zaohua.learn.chat.Example;
import io.zaohua.learn.chat.TrainOn;
import io.zaohua.learn.recipe.DataSource;
import io.zaohua.learn.rows.Sample;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.List;
import java.util.Optional;

/**
 * Conversations, questions with answers and texts as training data, and what of them is held out.
 *
 * @param training windows to learn from
 * @param held windows to evaluate on, in order
 * @param report what was found and left out
 */
public record RecordFiles(TrainingData training, Optional<TrainingData> held, DataReport report) {

  /**
   * Reads, encodes and packs the files.
   *
   * @throws UserError naming file and line of what is broken, unless the rules let it pass
   */
  public static RecordFiles read(
      DataSource.Records source, ChatEncoder encoder, int rows, long seed) {
    var encoding = new Whole(encoder, source.trainOn());
    var reading = new RecordReading<>(source, encoding, chat(source, encoder));
    var kept = new Documents();
    var held = new Documents();
    reading.read(kept::add, held::add, seed);
    kept.requireSome(held);
    var settings = new TextWindows.Settings(source.length(), source.whole(), source.across());
    List<Message> notes =
        List.of(
            reading.report().sentence(),
            Message.of("%,d records are held out.", "留作评测 %,d 条。", held.count()));
    return new RecordFiles(
        new TextWindows(kept, settings, rows, seed, true, notes),
        held.count() == 0
            ? Optional.empty()
            : Optional.of(new TextWindows(held, settings, rows, seed, false, List.of())),
        reading.report());
  }

  /** Whether texts are put in the chat template. */
  static boolean chat(DataSource.Records source, ChatEncoder encoder) {
    return source.template().orElse(encoder.hasTemplate());
  }

  /** A record is one example. */
  record Whole(ChatEncoder encoder, TrainOn trainOn) implements RecordReading.Encoding<Example> {
    @Override
    public Example encode(Sample sample) {
      return switch (sample) {
        case Sample.Talk(var talk) -> encoder.encode(talk, trainOn);
        case Sample.Answered(var answer) -> {
          Example example = encoder.encode(answer);
          yield trainOn == TrainOn.ALL ? Example.whole(example.ids()) : example;
        }
        case Sample.Text(var text) -> encoder.encode(text);
        case Sample.Preference _, Sample.Judged _ ->
            throw new UserError(
                UserError.Kind.INPUT,
                Message.of(
                    "The record is a preference, and the method learns from texts.",
                    "该记录是偏好,而训练方法从回答中学习。"),
                Message.of(
                    "Name a preference method, such as objective: dpo.",
                    "请用偏好训练方法,例如 objective: dpo。"));
      };
    }

    @Override
    public int length(Example example) {
      return example.length();
    }

    @Override
    public int learned(Example example) {
      return example.learnedTokens();
    }

    @Override
    public Example cut(Example example, int tokens) {
      return example.cut(tokens);
    }
  }
}
