package io.zaohua.learn.rows;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** A kind of file that holds records. Records come one by one; none but the current is held. */
public enum RowFile {
  /** A JSON object on each line. */
  JSONL,
  /** One JSON array of objects. */
  JSON,
  /** Values between commas, their names in the first line. */
  CSV,
  /** The same between tabs. */
  TSV,
  /** Columns in Apache Parquet's format; a record's line is the number of its row. */
  PARQUET;

  /** Hears the records. */
  public interface Listener {
    void row(Row row);

    /** A record that cannot be read, and why. */
    void broken(Row.Place place, Message reason);

    /** Now and then, where it is known: how many bytes of the file were read. */
    default void at(long bytes) {}
  }

  /** The name in a recipe. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind that a file's ending says. */
  public static Optional<RowFile> of(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "jsonl", "ndjson" -> Optional.of(JSONL);
      case "json" -> Optional.of(JSON);
      case "csv" -> Optional.of(CSV);
      case "tsv" -> Optional.of(TSV);
      case "parquet" -> Optional.of(PARQUET);
      default -> Optional.empty();
    };
  }

  /**
   * Reads a file from its first record to its last.
   *
   * @throws UserError if it cannot be read at all
   */
  public void read(Path file, Listener listener) {
    switch (this) {
      case JSONL -> JsonLines.read(file, listener);
      case JSON -> JsonArray.read(file, listener);
      case CSV -> Table.read(file, ',', listener);
      case TSV -> Table.read(file, '\t', listener);
      case PARQUET -> ParquetRows.read(file, listener);
    }
  }

  static UserError unreadable(Path file, Exception cause) {
    String said = String.valueOf(cause.getMessage());
    Message why =
        cause instanceof AccessDeniedException
            ? new Message("permission denied", "没有权限")
            : new Message(said, said);
    return new UserError(
        UserError.Kind.IO,
        new Message(
            "%s cannot be read: %s.".formatted(file, why.english()),
            "无法读取 %s:%s。".formatted(file, why.chinese())),
        Message.of("Check the file and its permissions.", "请检查文件及其权限。"),
        cause);
  }
}
