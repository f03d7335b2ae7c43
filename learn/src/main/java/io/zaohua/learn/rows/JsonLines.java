package io.zaohua.learn.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.Message;
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

  private JsonLines() {}

  static void read(Path file, RowFile.Listener listener) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      var line = new ByteArrayOutputStream();
      long number = 0;
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b == '\n') {
          line(new Row.Place(file, ++number), line, listener);
        } else {
          line.write(b);
        }
      }
      if (line.size() > 0) { // the last line may end without a line end
        line(new Row.Place(file, ++number), line, listener);
      }
    } catch (IOException e) {
      throw RowFile.unreadable(file, e);
    }
  }

  private static void line(Row.Place place, ByteArrayOutputStream line, RowFile.Listener listener) {
    byte[] bytes = line.toByteArray();
    line.reset();
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
      listener.broken(place, reason(e));
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

  /** What Jackson found wrong, in short. */
  static Message reason(JsonProcessingException e) {
    String fact = e.getOriginalMessage().lines().findFirst().orElse("");
    String brief = fact.length() > 120 ? fact.substring(0, 120) + "..." : fact;
    int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
    return Message.of(
        "The line is not JSON at column %d (%s).", "该行在第 %d 列不是 JSON(%s)。", column, brief);
  }
}
