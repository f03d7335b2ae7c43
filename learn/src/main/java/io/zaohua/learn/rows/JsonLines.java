package io.zaohua.learn.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.Message;
import io.zaohua.model.file.JsonFault;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A JSON object on each line. */
final class JsonLines {
  private static final ObjectReader JSON =
      new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Bytes of a line; Jackson's longest text is 20 million characters. */
  private static final long LONGEST = 64_000_000;

  private JsonLines() {}

  static void read(Path file, RowFile.Listener listener) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      var line = new ByteArrayOutputStream();
      long number = 0;
      long length = 0;
      long bytes = 0;
      for (int b = in.read(); b >= 0; b = in.read()) {
        bytes++;
        if (b == '\n') {
          listener.at(bytes);
          line(new Row.Place(file, ++number), line, length, listener);
          length = 0;
        } else if (++length <= LONGEST) {
          line.write(b);
        }
      }
      if (length > 0) { // the last line may end without a line end
        line(new Row.Place(file, ++number), line, length, listener);
      }
    } catch (IOException e) {
      throw RowFile.unreadable(file, e);
    }
  }

  private static void line(
      Row.Place place, ByteArrayOutputStream line, long length, RowFile.Listener listener) {
    byte[] bytes = line.toByteArray();
    line.reset();
    if (length > LONGEST) {
      listener.broken(
          place,
          Message.of(
              "The line has %,d bytes, %,d at most were expected.",
              "该行有 %,d 字节,应至多 %,d。", length, LONGEST));
      return;
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      listener.broken(place, Message.of("The line is not UTF-8.", "该行不是 UTF-8。"));
      return;
    }
    if (place.line() == 1 && text.startsWith("\ufeff")) {
      text = text.substring(1);
    }
    if (text.isBlank()) {
      listener.broken(place, Message.of("The line is empty.", "该行为空。"));
      return;
    }
    try {
      take(place, JSON.readTree(text), listener);
    } catch (JsonProcessingException e) {
      listener.broken(place, fault(e));
    }
  }

  static void take(Row.Place place, JsonNode value, RowFile.Listener listener) {
    if (value instanceof ObjectNode object) {
      listener.row(new Row(place, object));
    } else {
      listener.broken(
          place,
          Message.of(
              "A JSON object was expected, not %s.", "应为 JSON 对象,而不是 %s。", value.getNodeType()));
    }
  }

  /** What Jackson found wrong, as the fault of a line. */
  static Message fault(JsonProcessingException e) {
    Message fact = JsonFault.of(e);
    int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
    return column < 1
        ? new Message(
            "The line is not JSON (" + fact.english() + ").", "该行不是 JSON(" + fact.chinese() + ")。")
        : new Message(
            "The line is not JSON at column %d (%s).".formatted(column, fact.english()),
            "该行在第 %d 列不是 JSON(%s)。".formatted(column, fact.chinese()));
  }
}
