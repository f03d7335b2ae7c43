package io.zaohua.learn.data;

import io.zaohua.learn.recipe.DataSource;
import io.zaohua.model.Message;
import io.zaohua.model.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Plain text as training data, and what of it is held out.
 *
 * @param training windows to learn from
 * @param held windows to evaluate on, in order
 */
public record TextFiles(TrainingData training, Optional<TrainingData> held) {

  /** Reads, encodes and packs the files. */
  public static TextFiles read(DataSource.Text source, Tokenizer tokenizer, int rows, long seed) {
    var encoding = Documents.Encoding.of(tokenizer, source.special(), source.end());
    var kept = new Documents();
    var held = new Documents();
    double share = source.held().isEmpty() ? source.share() : 0;
    int blank =
        Documents.read(source.files(), source.separator(), encoding, kept, held, share, seed);
    if (!source.held().isEmpty()) {
      Documents.read(source.held(), source.separator(), encoding, held, held, 0, seed);
    }
    kept.requireSome(held);
    var settings = new TextWindows.Settings(source.length(), source.whole(), source.across());
    List<Message> notes = new ArrayList<>();
    notes.add(
        Message.of(
            "%,d documents, %,d tokens; held out: %,d documents, %,d tokens; blank ones left out: %,d.",
            "%,d 篇文档,%,d 个词元;留作评测:%,d 篇,%,d 个词元;略去空白文档 %,d 篇。",
            kept.count(),
            kept.tokens(),
            held.count(),
            held.tokens(),
            blank));
    return new TextFiles(
        new TextWindows(kept, settings, rows, seed, true, notes),
        held.count() == 0
            ? Optional.empty()
            : Optional.of(new TextWindows(held, settings, rows, seed, false, List.of())));
  }
}
