package io.zaohua.learn.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import dev.hardwood.row.PqMap;
import dev.hardwood.row.PqStruct;
import dev.hardwood.row.StructAccessor;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.Closeable;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Rows of a Parquet file, structures and lists in them as JSON. */
final class ParquetRows {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Held, since a logger that nobody holds forgets its level. */
  private static final Logger LIBRARY = Logger.getLogger("dev.hardwood");

  static {
    LIBRARY.setLevel(Level.WARNING); // it tells everyone whether it found the Vector API
  }

  /** For the next rows; a page is decoded in milliseconds. */
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private ParquetRows() {}

  static void read(Path file, RowFile.Listener listener) {
    read(file, listener, LONGEST);
  }

  /**
   * @param longest how long the library may take for the next rows before it counts as lost
   */
  static void read(Path file, RowFile.Listener listener, Duration longest) {
    if (!Files.isReadable(file)) {
      throw RowFile.unreadable(file, new AccessDeniedException(file.toString()));
    }
    try (Patience patience = new Patience(longest)) {
      List<Closeable> open = new ArrayList<>();
      try {
        ParquetFileReader reader =
            whole(file, patience, () -> ParquetFileReader.open(InputFile.of(file)));
        open.addFirst(reader::close);
        RowReader rows = whole(file, patience, reader::rowReader);
        open.addFirst(rows::close);
        read(file, rows, patience, reader.getFileMetaData().numRows(), listener);
      } finally {
        if (!patience.lost()) {
          close(file, open);
        }
      }
    }
  }

  private static void read(
      Path file, RowReader rows, Patience patience, long declared, RowFile.Listener listener) {
    long number = 0;
    while (whole(file, patience, rows::hasNext)) {
      Row.Place place = new Row.Place(file, ++number);
      ObjectNode value =
          whole(
              file,
              patience,
              () -> {
                rows.next();
                return object(rows);
              });
      listener.row(new Row(place, value));
    }
    if (number != declared) {
      throw damaged(
          file, new IOException("it has " + number + " rows and says that it has " + declared));
    }
  }

  private static void close(Path file, List<Closeable> open) {
    for (Closeable each : open) {
      try {
        each.close();
      } catch (IOException e) {
        throw damaged(file, e);
      }
    }
  }

  /** What the library finds wrong in a file's bytes; what the listener throws passes by. */
  private static <T> T whole(Path file, Patience patience, Patience.Step<T> step) {
    try {
      return patience.take(step);
    } catch (IOException | RuntimeException e) {
      throw damaged(file, e);
    }
  }

  private static UserError damaged(Path file, Exception e) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "%s is no whole Parquet file: %s.",
            "%s 不是完整的 Parquet 文件:%s。", file, Message.oneLine(reason(e), 200)),
        Message.of("Download or write it again.", "请重新下载或生成。"),
        e);
  }

  /** The library's own words; damage that it did not foresee has none for people. */
  private static String reason(Exception e) {
    String said = String.valueOf(e.getMessage());
    boolean foreseen =
        (e instanceof IOException && !(e instanceof Patience.Lost))
            || e instanceof IllegalArgumentException;
    String fact = said.substring(said.indexOf(']') + 1).strip();
    return foreseen && !fact.isBlank() && !fact.equals("null")
        ? fact
        : new Message("its bytes contradict each other", "内容自相矛盾").text();
  }

  private static ObjectNode object(StructAccessor row) {
    ObjectNode object = JSON.objectNode();
    for (int i = 0; i < row.getFieldCount(); i++) {
      object.set(row.getFieldName(i), row.isNull(i) ? JSON.nullNode() : json(row.getValue(i)));
    }
    return object;
  }

  private static JsonNode json(@Nullable Object value) {
    return switch (value) {
      case null -> JSON.nullNode();
      case String text -> JSON.textNode(text);
      case Boolean truth -> JSON.booleanNode(truth);
      case Integer number -> JSON.numberNode(number);
      case Long number -> JSON.numberNode(number);
      case Float number -> JSON.numberNode(number);
      case Double number -> JSON.numberNode(number);
      case BigDecimal number -> JSON.numberNode(number);
      case PqStruct struct -> object(struct);
      case PqList list -> list(list);
      case PqMap map -> map(map);
      // Older writers do not say that their bytes are text.
      case byte[] bytes -> JSON.textNode(new String(bytes, StandardCharsets.UTF_8));
      default -> JSON.textNode(value.toString());
    };
  }

  private static ArrayNode list(PqList list) {
    ArrayNode array = JSON.arrayNode(list.size());
    for (int i = 0; i < list.size(); i++) {
      array.add(list.isNull(i) ? JSON.nullNode() : json(list.get(i)));
    }
    return array;
  }

  private static ObjectNode map(PqMap map) {
    ObjectNode object = JSON.objectNode();
    for (PqMap.Entry entry : map.getEntries()) {
      object.set(String.valueOf(entry.getKey()), json(entry.getValue()));
    }
    return object;
  }
}
