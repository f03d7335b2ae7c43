package io.zaohua.learn.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;

/** The curve of a run: one line a step. */
final class Metrics implements AutoCloseable {
  private final StepLines lines;

  /** Goes on after so many steps. */
  Metrics(Path file, int steps) {
    lines = StepLines.after(file, steps);
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
    ObjectNode line = StepLines.line(step);
    line.put("loss", loss);
    line.put("grad_norm", norm);
    line.put("lr", rate);
    line.put("tokens", tokens);
    facts.forEach(line::put);
    held.ifPresent(h -> line.put("validation_loss", h));
    lines.add(line);
  }

  @Override
  public void close() {
    lines.close();
  }
}
