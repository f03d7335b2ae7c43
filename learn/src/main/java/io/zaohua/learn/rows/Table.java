package io.zaohua.learn.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.JsonFault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Values between separators (RFC 4180), their names in the first line. */
final class Table {
  private static final CsvMapper CSV =
      CsvMapper.builder()
          .enable(CsvParser.Feature.FAIL_ON_MISSING_COLUMNS)
          .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
          .build();

  private Table() {}

  static void read(Path file, char separator, RowFile.Listener listener) {
    CsvSchema schema = CsvSchema.emptySchema().withHeader().withColumnSeparator(separator);
    try (Reader in = afterMark(file);
        MappingIterator<ObjectNode> rows =
            CSV.readerFor(ObjectNode.class).with(schema).readValues(in)) {
      long line = 1;
      while (true) {
        try {
          if (!rows.hasNextValue()) {
            return;
          }
          line = rows.getCurrentLocation().getLineNr();
          listener.row(new Row(new Row.Place(file, line), rows.nextValue()));
        } catch (JsonProcessingException e) {
          long at = e.getLocation() == null ? line : e.getLocation().getLineNr();
          listener.broken(
              new Row.Place(file, at),
              new Message(
                  "The row does not fit the first line (" + fault(e).english() + ").",
                  "该行与首行不符(" + fault(e).chinese() + ")。"));
        }
      }
    } catch (CharacterCodingException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("%s is not UTF-8 text.", "%s 不是 UTF-8 文本。", file),
          Message.of("Save it as UTF-8.", "请以 UTF-8 保存。"),
          e);
    } catch (JsonProcessingException e) { // of the first line; of others it is caught above
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("%s does not begin with a line of column names.", "%s 的首行不是列名。", file),
          Message.of(
              "Write the names of the columns first, such as: prompt,completion.",
              "请先写出列名,例如:prompt,completion。"),
          e);
    } catch (IOException e) {
      throw RowFile.unreadable(file, e);
    }
  }

  private static Message fault(JsonProcessingException e) {
    String said = String.valueOf(e.getOriginalMessage());
    if (said.startsWith("Not enough column values")) {
      return new Message("too few values", "值太少");
    }
    if (said.startsWith("Too many entries")) {
      return new Message("too many values", "值太多");
    }
    return said.startsWith("Missing closing quote")
        ? new Message("a quotation mark is not closed", "引号没有闭合")
        : JsonFault.of(e);
  }

  /** The text after the mark of its byte order, which spreadsheets write. */
  private static Reader afterMark(Path file) throws IOException {
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8.newDecoder()));
    try {
      in.mark(1);
      if (in.read() != 0xfeff) {
        in.reset();
      }
      return in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }
}
