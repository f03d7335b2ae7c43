package io.zaohua.learn.rows;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** One JSON array of objects; a file that begins with an object has one on each line. */
final class JsonArray {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonArray() {}

  static void read(Path file, RowFile.Listener listener) {
    long line = 1;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        JsonParser parser = JSON.createParser(in)) {
      try {
        if (parser.nextToken() != JsonToken.START_ARRAY) {
          JsonLines.read(file, listener);
          return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          line = Math.max(line, parser.currentTokenLocation().getLineNr());
          listener.at(parser.currentTokenLocation().getByteOffset());
          JsonNode value = JSON.readTree(parser);
          JsonLines.take(new Row.Place(file, line), value, listener);
        }
      } catch (JsonProcessingException e) { // nothing after it can be found again
        long at = e.getLocation() == null ? line : e.getLocation().getLineNr();
        listener.broken(new Row.Place(file, at), JsonLines.fault(e));
      }
    } catch (IOException e) {
      throw RowFile.unreadable(file, e);
    }
  }
}
