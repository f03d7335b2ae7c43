package io.zaohua.learn.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.file.NewFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A file of JSON objects, one a line, each with the step it belongs to. It stays open as long as
 * the run goes on.
 */
final class StepLines implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final OutputStream out;

  private StepLines(Path file) throws IOException {
    this.file = file;
    this.out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Goes on after {@code steps}: lines of later ones, which a killed run made, are dropped. */
  static StepLines after(Path file, int steps) {
    List<String> kept = new ArrayList<>();
    for (ObjectNode line : read(file)) {
      if (line.path("step").asInt(Integer.MAX_VALUE) <= steps) {
        kept.add(line.toString());
      }
    }
    // beside, then renamed: a full disk must not cost the lines that are there
    NewFile.write(file, kept.stream().map(line -> line + "\n").collect(Collectors.joining()));
    try {
      return new StepLines(file);
    } catch (IOException e) {
      throw RunFolder.unwritable(file, e);
    }
  }

  static ObjectNode line(int step) {
    return JSON.createObjectNode().put("step", step);
  }

  /** Hands one line to the system. */
  void add(ObjectNode line) {
    try {
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw RunFolder.unwritable(file, e);
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw RunFolder.unwritable(file, e);
    }
  }

  /** All whole lines of a file; none where there is no file. */
  static List<ObjectNode> read(Path file) {
    if (!Files.exists(file)) {
      return List.of();
    }
    List<ObjectNode> lines = new ArrayList<>();
    try {
      for (String text : Files.readAllLines(file)) {
        if (parse(text) instanceof ObjectNode line) {
          lines.add(line);
        }
      }
    } catch (IOException e) {
      throw RunFolder.unwritable(file, e);
    }
    return lines;
  }

  /** The last line of a killed run may be half written. */
  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return JSON.nullNode();
    }
  }
}
