package io.zaohua.learn.data;

import io.zaohua.learn.data.DataReport.Reason;
import io.zaohua.learn.recipe.DataSource;
import io.zaohua.learn.rows.Row;
import io.zaohua.learn.rows.RowFile;
import io.zaohua.learn.rows.RowFormat;
import io.zaohua.learn.rows.Sample;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Records of data files on their way to what is learned: read, recognised, encoded, and left out
 * where the rules say so. The text is never held, only what is learned from it.
 *
 * @param <T> what a record becomes
 */
final class RecordReading<T> implements RowFile.Listener {
  private static final int LINES = 40; // bits of a line's number

  /** How records become what is learned. */
  interface Encoding<T> {
    /** The kind of a record is known by its format. */
    T encode(Sample sample);

    /** Tokens of its longest part. */
    int length(T encoded);

    /** Tokens that are learned; 0: the record is of no use. */
    int learned(T encoded);

    /** Its first tokens. */
    T cut(T encoded, int tokens);
  }

  private final DataSource.Records source;
  private final Encoding<T> encoding;
  private final boolean chat;
  private final Repetitions repetitions;
  private final DataReport report = new DataReport();

  /** Where the records stand that others may repeat: their files' numbers, and lines. */
  private long[] places = new long[64];

  private int known; // places
  private final List<Path> files = new ArrayList<>();
  private Optional<RowFormat> format = Optional.empty();
  private Consumer<T> take = _ -> {};
  private LongConsumer told = _ -> {};
  private long before; // bytes of the files that were read whole

  /**
   * @param chat whether texts become messages of the chat template
   */
  RecordReading(DataSource.Records source, Encoding<T> encoding, boolean chat) {
    this.source = source;
    this.encoding = encoding;
    this.chat = chat;
    this.repetitions = new Repetitions(source.rules().duplicates(), source.rules().similarity());
  }

  /** Who hears how many bytes were read so far. */
  void tell(LongConsumer listener) {
    told = listener;
  }

  DataReport report() {
    return report;
  }

  /** Reads all files; a share of the records goes to {@code held}, drawn by the seed. */
  void read(Consumer<T> kept, Consumer<T> held, long seed) {
    readAll(kept, held, seed);
    report.requireSome();
  }

  /** The same, also where nothing is left. */
  void readAll(Consumer<T> kept, Consumer<T> held, long seed) {
    SplittableRandom random = new SplittableRandom(seed ^ 0x5eed_d0c5L);
    double share = source.held().isEmpty() ? source.share() : 0;
    take = e -> (share > 0 && random.nextDouble() < share ? held : kept).accept(e);
    source.files().forEach(this::read);
    take = held;
    source.held().forEach(this::read);
  }

  private void read(Path file) {
    format = source.format();
    format.ifPresent(f -> report.found(file, f));
    source.kind().or(() -> RowFile.of(file)).orElse(RowFile.JSONL).read(file, this);
    before += TextFiles.size(List.of(file));
    told.accept(before);
  }

  @Override
  public void at(long bytes) {
    told.accept(before + bytes);
  }

  @Override
  public void row(Row row) {
    report.record();
    try {
      take(row.place(), formatOf(row).read(row.value(), chat));
    } catch (UserError e) {
      fail(row.place(), e);
    }
  }

  @Override
  public void broken(Row.Place place, Message reason) {
    report.record();
    if (!source.rules().skipBroken()) {
      throw place.broken(reason);
    }
    report.drop(Reason.BROKEN, place, reason.text());
  }

  private void fail(Row.Place place, UserError error) {
    if (!source.rules().skipBroken()) {
      throw place.wrong(error);
    }
    report.drop(Reason.BROKEN, place, error.fact().text());
  }

  /** The first record that is known by its keys says what its file holds. */
  private RowFormat formatOf(Row row) {
    if (format.isEmpty()) {
      format = RowFormat.of(row.value());
      format.ifPresent(f -> report.found(row.place().file(), f));
    }
    return format.orElseThrow(
        () ->
            new UserError(
                UserError.Kind.INPUT,
                row.value().isEmpty()
                    ? Message.of("The record is empty.", "该记录为空。")
                    : Message.of(
                        "The keys %s are of no known format.",
                        "键 %s 不属于任何已知格式。", String.join(", ", keys(row))),
                Message.of(
                    "Name data.format: %s.",
                    "请给出 data.format:%s。", String.join(", ", RowFormat.words()))));
  }

  private static List<String> keys(Row row) {
    return row.value().properties().stream().map(Map.Entry::getKey).limit(12).toList();
  }

  private void take(Row.Place place, Sample sample) {
    Optional<Repetitions.Found> before = repetitions.find(sample.words(), known);
    if (before.isPresent()) {
      Row.Place earlier = place(before.get().earlier());
      report.drop(
          before.get().exact() ? Reason.DUPLICATE : Reason.NEAR_DUPLICATE, place, "= " + earlier);
      return;
    }
    if (source.rules().duplicates() != DataSource.Repeats.KEEP) {
      remember(place);
    }
    T encoded = encoding.encode(sample);
    int most = source.length() + 1; // the last token is only learned
    int length = encoding.length(encoded);
    if (length > most && !source.rules().cutLong()) {
      report.drop(Reason.TOO_LONG, place, "(" + length + ")");
      return;
    }
    if (length > most) {
      encoded = encoding.cut(encoded, most);
    }
    if (encoding.learned(encoded) == 0) {
      report.drop(Reason.NOTHING_TO_LEARN, place, "");
      return;
    }
    if (length > most) {
      report.cut();
    }
    report.keep(encoding.length(encoded), encoding.learned(encoded));
    take.accept(encoded);
  }

  private void remember(Row.Place place) {
    if (known == places.length) {
      places = Arrays.copyOf(places, known + (known >> 1));
    }
    if (files.isEmpty() || !files.getLast().equals(place.file())) {
      files.add(place.file());
    }
    places[known++] = (long) (files.size() - 1) << LINES | place.line();
  }

  private Row.Place place(int number) {
    long found = places[number];
    return new Row.Place(files.get((int) (found >>> LINES)), found & (1L << LINES) - 1);
  }
}
