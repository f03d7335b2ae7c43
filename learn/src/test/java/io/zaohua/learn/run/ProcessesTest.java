package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.learn.recipe.Recipe;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes give what one gives; one that is lost ends the run, and any number goes on. */
@Tag("slow")
final class ProcessesTest {
  private static final int STEPS = 8;
  private static final List<String> SETTINGS =
      List.of("schedule=constant", "accumulation=2", "clip=0.5", "evaluation={every: 3}");

  @Test
  void twoProcessesWithASharedOptimizerGiveTheCurveOfOneAndOneGoesOn(
      @TempDir Path alone, @TempDir Path together) throws Exception {
    train(alone, STEPS);
    List<Process> pair =
        start(together, List.of("processes={shard_optimizer: true}", "steps=" + STEPS));
    for (Process process : pair) {
      assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isZero();
    }
    same(metrics(together), metrics(alone), STEPS);
    train(alone, STEPS + 2);
    train(together, STEPS + 2);
    same(metrics(together), metrics(alone), STEPS + 2);
  }

  @Test
  void aLostProcessEndsTheRunAndNamesTheCheckpoint(@TempDir Path alone, @TempDir Path together)
      throws Exception {
    train(alone, STEPS);
    List<Process> pair = start(together, List.of("steps=1000000"));
    Path checkpoint = together.resolve("run/checkpoints/step-00000010");
    while (!Files.exists(checkpoint) && pair.getFirst().isAlive()) {
      Thread.sleep(20);
    }
    pair.getLast().destroyForcibly();
    assertThat(pair.getFirst().waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(pair.getFirst().exitValue()).isNotZero();
    List<JsonNode> lines = metrics(together);
    same(lines, metrics(alone), STEPS);
    String last = Training.lastCheckpoint(together.resolve("run")).orElseThrow().toString();
    assertThat(Files.readString(together.resolve("err0")))
        .contains("process 0 of 2 lost another one", last, "--resume");
    int done = Integer.parseInt(last.substring(last.length() - 8));
    train(together, done + 1);
    assertThat(metrics(together)).hasSize(done + 1);
  }

  private static void train(Path folder, int steps) throws IOException {
    List<String> settings = new ArrayList<>(SETTINGS);
    settings.add("steps=" + steps);
    boolean resume = Files.exists(folder.resolve("run"));
    Training.run(
        Recipe.read(TinyRun.recipe(folder, STEPS), settings), resume, TrainingListener.SILENT);
  }

  private static List<Process> start(Path folder, List<String> settings) throws IOException {
    Path recipe = TinyRun.recipe(folder, STEPS);
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    List<Process> pair = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      List<String> command =
          new ArrayList<>(
              List.of(
                  System.getProperty("java.home")
                      + File.separator
                      + "bin"
                      + File.separator
                      + "java",
                  "-XX:TieredStopAtLevel=1",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  One.class.getName(),
                  recipe.toString()));
      command.addAll(SETTINGS);
      command.addAll(settings);
      ProcessBuilder builder = new ProcessBuilder(command);
      var environment = builder.environment();
      environment.put("RANK", Integer.toString(rank));
      environment.put("WORLD_SIZE", "2");
      environment.put("LOCAL_RANK", Integer.toString(rank));
      environment.put("LOCAL_WORLD_SIZE", "2");
      environment.put("MASTER_ADDR", "127.0.0.1");
      environment.put("MASTER_PORT", Integer.toString(port));
      builder.redirectError(folder.resolve("err" + rank).toFile());
      pair.add(builder.start());
    }
    return pair;
  }

  private static List<JsonNode> metrics(Path folder) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("run/metrics.jsonl"))) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }

  private static void same(List<JsonNode> made, List<JsonNode> expected, int steps) {
    assertThat(made.size()).isGreaterThanOrEqualTo(steps);
    for (int i = 0; i < steps; i++) {
      JsonNode here = made.get(i);
      JsonNode there = expected.get(i);
      assertThat(here.get("tokens").asLong()).isEqualTo(there.get("tokens").asLong());
      for (String name : List.of("loss", "grad_norm", "validation_loss")) {
        assertThat(here.has(name)).isEqualTo(there.has(name));
        assertThat(here.path(name).asDouble())
            .as("%s of step %d", name, i + 1)
            .isCloseTo(there.path(name).asDouble(), offset(1e-5));
      }
    }
  }

  /** One of the processes. */
  static final class One {
    private One() {}

    public static void main(String[] arguments) {
      Recipe recipe =
          Recipe.read(Path.of(arguments[0]), List.of(arguments).subList(1, arguments.length));
      Training.run(recipe, false, TrainingListener.SILENT);
    }
  }
}
