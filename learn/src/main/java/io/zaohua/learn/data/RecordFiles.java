package io.zaohua.learn.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.zaohua.learn.chat.ChatEncoder;
import io.zaohua.learn.chat.Example;
import io.zaohua.learn.chat.TrainOn;
import io.zaohua.learn.recipe.DataSource;
import io.zaohua.learn.rows.Sample;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Conversations, questions with answers and texts as training data, and what of them is held out.
 *
 * @param training windows to learn from
 * @param held windows to evaluate on, in order
 * @param report what was found and left out; empty where the records were read at an earlier start
 * @param said the same as JSON, which is kept with the tokens
 */
public record RecordFiles(
    TrainingData training,
    Optional<TrainingData> held,
    Optional<DataReport> report,
    JsonNode said) {

  /**
   * Reads and encodes the files, or opens what was encoded before, and packs the records.
   *
   * @throws UserError naming file and line of what is broken, unless the rules let it pass
   */
  public static RecordFiles read(
      DataSource.Records source,
      ChatEncoder encoder,
      int rows,
      long seed,
      TokenFolder folder,
      EncodingListener listener) {
    boolean chat = chat(source, encoder);
    List<Path> files = Stream.concat(source.files().stream(), source.held().stream()).toList();
    boolean drawn = source.held().isEmpty() && source.share() > 0;
    List<Object> settings =
        List.of(
            source.files().size(),
            drawn ? source.share() + " " + seed : "",
            source.kind(),
            source.format(),
            source.trainOn(),
            chat,
            source.length(), // longer records are left out
            source.rules());
    List<DataReport> reports = new ArrayList<>();
    var encoded =
        folder.open(
            files,
            settings,
            encoder.tokenizer().vocabularySize(),
            true,
            (kept, held) -> {
              var encoding = new Whole(encoder, source.trainOn());
              var reading = new RecordReading<>(source, encoding, chat);
              long bytes = TextFiles.size(files);
              reading.tell(read -> listener.encoded(kept.tokens() + held.tokens(), read, bytes));
              reading.read(kept::add, held::add, seed);
              reports.add(reading.report());
              return new TokenFolder.Found(
                  List.of(
                      reading.report().sentence(),
                      Message.of("%,d records are held out.", "留作评测 %,d 条。", held.count())),
                  Optional.of(reading.report().json()));
            });
    var windows = new TextWindows.Settings(source.length(), source.whole(), source.across());
    var both = TextWindows.both(encoded, windows, rows, seed);
    return new RecordFiles(
        both.training(), both.held(), reports.stream().findFirst(), encoded.report().orElseThrow());
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
