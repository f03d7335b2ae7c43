package io.zaohua.learn.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The curve of a run: one JSON object a step, handed to the system at once. */
final class Metrics {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;

  /** Goes on after {@code steps}: lines of later ones, which a killed run made, are dropped. */
  Metrics(Path file, int steps) {
    this.file = file;
    try {
      List<String> kept = new ArrayList<>();
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          if (isUpTo(line, steps)) {
            kept.add(line);
          }
        }
      }
      Files.write(file, kept);
    } catch (IOException e) {
      throw RunFolder.unwritable(file, e);
    }
  }

  private static boolean isUpTo(String line, int steps) {
    try {
      JsonNode node = JSON.readTree(line);
      return node.path("step").asInt(Integer.MAX_VALUE) <= steps;
    } catch (JsonProcessingException e) {
      return false; // the last line of a killed run may be half written
    }
  }

  /**
   * @param step from 1; the loss is that before its update
   * @param norm of the gradient before clipping
   * @param tokens tokens learned so far
   * @param facts what the loss tells besides, by name
   */
  void add(
      int step,
      double loss,
      double norm,
      double rate,
      long tokens,
      OptionalDouble held,
      Map<String, Double> facts) {
    ObjectNode line = JSON.createObjectNode();
    line.put("step", step);
    line.put("loss", loss);
    line.put("grad_norm", norm);
    line.put("lr", rate);
    line.put("tokens", tokens);
    facts.forEach(line::put);
    held.ifPresent(h -> line.put("validation_loss", h));
    try {
      Files.write(
          file,
          (line + "\n").getBytes(StandardCharsets.UTF_8),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw RunFolder.unwritable(file, e);
    }
  }
}
