package io.zaohua.learn.data;

import io.zaohua.learn.chat.Answer;
import io.zaohua.learn.chat.ChatEncoder;
import io.zaohua.learn.chat.Example;
import io.zaohua.learn.recipe.DataSource;
import io.zaohua.learn.rows.Sample;
import io.zaohua.model.tokenizer.StreamingDecoder;
import java.util.Optional;

/**
 * What training would find in data files, without training: broken records are counted, and
 * repetitions are found, whatever the rules of a run will be.
 *
 * @param report counts, lengths and reasons; lengths are characters where no model was given
 * @param example the first record as the model sees it, what is learned between ⟦ and ⟧
 * @param unended records whose learned part does not end with a token at which generation stops
 */
public record DataCheck(DataReport report, Optional<String> example, long unended) {

  /** Reads all files of a source with a model's encoder, or counts characters without one. */
  public static DataCheck of(DataSource.Records source, Optional<ChatEncoder> encoder) {
    var looking = new Looking(encoder, source);
    boolean chat = encoder.map(e -> RecordFiles.chat(source, e)).orElse(true);
    var reading = new RecordReading<>(source, looking, chat);
    reading.readAll(_ -> {}, _ -> {}, 0);
    return new DataCheck(reading.report(), looking.shown, looking.unended);
  }

  /** Encodes as training would, and keeps the first example to show. */
  private static final class Looking implements RecordReading.Encoding<Looking.Found> {
    private final Optional<ChatEncoder> encoder;
    private final DataSource.Records source;
    private Optional<String> shown = Optional.empty();
    private long unended;

    /** A record's lengths. */
    record Found(int length, int learned) {}

    Looking(Optional<ChatEncoder> encoder, DataSource.Records source) {
      this.encoder = encoder;
      this.source = source;
    }

    @Override
    public Found encode(Sample sample) {
      if (encoder.isEmpty()) {
        int characters = sample.words().length();
        return new Found(characters, characters);
      }
      ChatEncoder with = encoder.get();
      return switch (sample) {
        case Sample.Preference(var chosen, var rejected) -> {
          Found better = look(with.encode(chosen));
          Found worse = look(with.encode(rejected));
          boolean both = better.learned() > 0 && worse.learned() > 0;
          yield new Found(
              Math.max(better.length(), worse.length()),
              both ? better.learned() + worse.learned() : 0);
        }
        case Sample.Judged(Answer answer, _) -> look(with.encode(answer));
        case Sample.Talk _, Sample.Answered _, Sample.Text _ ->
            look(new RecordFiles.Whole(with, source.trainOn()).encode(sample));
      };
    }

    private Found look(Example example) {
      ChatEncoder with = encoder.orElseThrow();
      if (shown.isEmpty() && example.learnedTokens() > 0) {
        shown = Optional.of(marked(example, with));
      }
      int last = example.lastLearned();
      unended += last >= 0 && !with.tokenizer().ends().contains(example.id(last)) ? 1 : 0;
      return new Found(example.length(), example.learnedTokens());
    }

    private static String marked(Example example, ChatEncoder with) {
      StreamingDecoder decoder = with.tokenizer().stream(true, false);
      StringBuilder text = new StringBuilder();
      boolean inside = false;
      for (int i = 0; i < example.length(); i++) {
        if (example.learned(i) != inside) {
          text.append(inside ? '⟧' : '⟦');
          inside = !inside;
        }
        text.append(decoder.accept(example.id(i)));
      }
      return text.append(decoder.finish()).append(inside ? "⟧" : "").toString();
    }

    @Override
    public int length(Found found) {
      return found.length();
    }

    @Override
    public int learned(Found found) {
      return found.learned();
    }

    @Override
    public Found cut(Found found, int tokens) {
      return new Found(tokens, Math.min(found.learned(), tokens));
    }
  }
}
