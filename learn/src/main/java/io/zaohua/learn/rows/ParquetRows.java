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
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private ParquetRows() {}

  static void read(Path file, RowFile.Listener listener) {
    if (!Files.isReadable(file)) {
      throw RowFile.unreadable(file, new IOException("no permission"));
    }
    try (ParquetFileReader reader = ParquetFileReader.open(InputFile.of(file));
        RowReader rows = reader.rowReader()) {
      long number = 0;
      while (next(file, rows)) {
        listener.row(new Row(new Row.Place(file, ++number), object(rows)));
      }
    } catch (IOException e) {
      throw damaged(file, e);
    }
  }

  /** What the library finds wrong in a file's bytes; what the listener throws passes by. */
  private static boolean next(Path file, RowReader rows) {
    try {
      boolean more = rows.hasNext();
      if (more) {
        rows.next();
      }
      return more;
    } catch (RuntimeException e) {
      throw damaged(file, e);
    }
  }

  private static UserError damaged(Path file, Exception e) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "%s is no whole Parquet file: %s.",
            "%s 不是完整的 Parquet 文件:%s。", file, String.valueOf(e.getMessage())),
        Message.of("Download or write it again.", "请重新下载或生成。"),
        e);
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
