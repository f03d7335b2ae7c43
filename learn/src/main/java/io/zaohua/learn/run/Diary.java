package io.zaohua.learn.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run shows of itself besides its metrics: how fast it went ({@code speed.jsonl}),
 * TensorBoard's events ({@code tensorboard/}) and the page {@code report.html}. Events and page are
 * made from the lines on disk, so that a run that goes on tells one story.
 */
final class Diary implements AutoCloseable {
  private static final long EVERY_NANOS = 30_000_000_000L;
  private static final String EVENTS = "events.out.tfevents";

  private final RunFolder folder;
  private final StepLines speed;
  private final EventFile events;
  private final Optional<Samples> samples;
  private int told;
  private long published = System.nanoTime();

  /** Goes on after so many steps. */
  Diary(RunFolder folder, int done, Optional<Samples> samples) {
    this.folder = folder;
    this.samples = samples;
    this.speed = StepLines.after(folder.file("speed.jsonl"), done);
    String name = EVENTS + "." + System.currentTimeMillis() / 1000 + ".zaohua";
    Path place = folder.file("tensorboard").resolve(name);
    folder.clear("tensorboard");
    this.events = new EventFile(place, seconds());
  }

  /**
   * After the line of a step stands in {@code metrics.jsonl}.
   *
   * @param tokens learned a second, lately
   * @param checkpoint whether a checkpoint is made after it
   * @param last whether it is the last one
   */
  void step(int step, double tokens, boolean checkpoint, boolean last) {
    ObjectNode line = StepLines.line(step);
    line.put("tokens_per_second", Math.rint(tokens * 10) / 10);
    line.put("time", seconds());
    speed.add(line);
    samples.ifPresent(s -> s.step(step, checkpoint));
    publish(last);
  }

  /** Brings events and page up to date; does nothing if that was done lately and more follows. */
  private void publish(boolean last) {
    if (!last && System.nanoTime() - published < EVERY_NANOS) {
      return;
    }
    published = System.nanoTime();
    List<ObjectNode> metrics = StepLines.read(folder.metrics());
    Map<Integer, ObjectNode> speeds = new LinkedHashMap<>();
    StepLines.read(folder.file("speed.jsonl"))
        .forEach(line -> speeds.put(line.path("step").asInt(), line));
    for (ObjectNode line : metrics.subList(Math.min(told, metrics.size()), metrics.size())) {
      int step = line.path("step").asInt();
      ObjectNode beside = speeds.getOrDefault(step, StepLines.line(step));
      Map<String, Double> values = new LinkedHashMap<>();
      collect(line, values);
      collect(beside, values);
      double time = beside.path("time").asDouble(seconds());
      values.remove("step");
      values.remove("time");
      events.scalars(time, step, values);
    }
    told = metrics.size();
    folder.write(
        "report.html",
        Report.of(folder.path(), folder.read("recipe.yaml"), folder.read("run.json")));
  }

  @Override
  public void close() {
    speed.close();
    samples.ifPresent(Samples::close);
  }

  private static void collect(ObjectNode line, Map<String, Double> values) {
    for (Map.Entry<String, JsonNode> entry : line.properties()) {
      if (entry.getValue().isNumber()) {
        values.put(entry.getKey(), entry.getValue().asDouble());
      }
    }
  }

  private static double seconds() {
    return System.currentTimeMillis() / 1000.0;
  }
}
