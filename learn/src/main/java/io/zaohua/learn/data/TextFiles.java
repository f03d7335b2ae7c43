package io.zaohua.learn.data;

import io.zaohua.learn.recipe.DataSource;
import io.zaohua.model.Message;
import io.zaohua.model.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Plain text as training data, and what of it is held out.
 *
 * @param training windows to learn from
 * @param held windows to evaluate on, in order
 */
public record TextFiles(TrainingData training, Optional<TrainingData> held) {

  /** Reads and encodes the files, or opens what was encoded before, and packs the documents. */
  public static TextFiles read(
      DataSource.Text source,
      Tokenizer tokenizer,
      int rows,
      long seed,
      TokenFolder folder,
      EncodingListener listener) {
    var encoder = new DocumentEncoder(tokenizer, source.special(), source.end());
    List<Path> files = Stream.concat(source.files().stream(), source.held().stream()).toList();
    double share = source.held().isEmpty() ? source.share() : 0;
    List<Object> settings =
        List.of(
            source.files().size(),
            source.separator(),
            source.special(),
            source.end(),
            share,
            share > 0 ? seed : 0);
    var encoded =
        folder.open(
            files,
            settings,
            tokenizer.vocabularySize(),
            false,
            (kept, held) -> encode(source, encoder, share, seed, kept, held, listener));
    var windows = new TextWindows.Settings(source.length(), source.whole(), source.across());
    var both = TextWindows.both(encoded, windows, rows, seed);
    return new TextFiles(both.training(), both.held());
  }

  private static TokenFolder.Found encode(
      DataSource.Text source,
      DocumentEncoder encoder,
      double share,
      long seed,
      NewDocuments kept,
      NewDocuments held,
      EncodingListener listener) {
    long bytes = size(source.files()) + size(source.held());
    var reading =
        new TextReading(
            encoder,
            source.separator(),
            read -> listener.encoded(kept.tokens() + held.tokens(), read, bytes));
    reading.read(source.files(), kept, held, share, seed);
    int blank = reading.blank();
    reading.read(source.held(), held, held, 0, seed);
    return new TokenFolder.Found(
        List.of(
            Message.of(
                "%,d documents, %,d tokens; held out: %,d documents, %,d tokens; blank ones left out: %,d.",
                "%,d 篇文档,%,d 个词元;留作评测:%,d 篇,%,d 个词元;略去空白文档 %,d 篇。",
                kept.count(),
                kept.tokens(),
                held.count(),
                held.tokens(),
                blank)),
        Optional.empty());
  }

  /** Bytes of files; of one that cannot be read, none: reading it will say so. */
  static long size(List<Path> files) {
    long sum = 0;
    for (Path file : files) {
      try {
        sum += Files.size(file);
      } catch (IOException _) {
        sum += 0;
      }
    }
    return sum;
  }
}
