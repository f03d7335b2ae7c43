package io.zaohua.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train --processes}: what its processes say, and that none of them stays behind. */
@Tag("slow")
final class TrainProcessesTest {
  @Test
  void oneSpeaksForAll(@TempDir Path folder) throws Exception {
    recipe(folder);
    Shell.Result result = new Shell(folder).run("$Z train recipe.yaml --processes 2 --set steps=3");
    assertThat(result.err()).contains("2 processes share every batch.");
    assertThat(result.code()).isZero();
    assertThat(result.out().strip()).isEqualTo(folder.resolve("run/model").toString());
  }

  @Test
  void aKilledChildEndsTheRunAndNamesTheCheckpoint(@TempDir Path folder) throws Exception {
    recipe(folder);
    Shell shell = new Shell(folder);
    Process parent = shell.start("$Z train recipe.yaml --processes 2");
    List<ProcessHandle> children = children(folder, parent);
    children.getLast().destroyForcibly();
    Shell.Result result = shell.finish(parent);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("of 2 ended with code 137; last checkpoint: ", "step-");
    assertThat(children).allSatisfy(TrainProcessesTest::ends);
  }

  @Test
  void childrenEndWithTheirParentHoweverItEnds(@TempDir Path folder) throws Exception {
    recipe(folder);
    Process parent = new Shell(folder).start("$Z train recipe.yaml --processes 2");
    List<ProcessHandle> children = children(folder, parent);
    parent.destroyForcibly();
    assertThat(children).allSatisfy(TrainProcessesTest::ends);
  }

  @Test
  void anInterruptedParentEndsItsChildrenAndNamesTheCheckpoint(@TempDir Path folder)
      throws Exception {
    interrupted(folder, "$Z train recipe.yaml --processes 2", "");
  }

  @Test
  void ctrlCAtAllProcessesAtOnceEndsTheSame(@TempDir Path folder) throws Exception {
    interrupted(folder, "exec setsid $Z train recipe.yaml --processes 2", "-");
  }

  @Test
  void oneProcessAloneEndsTheSame(@TempDir Path folder) throws Exception {
    recipe(folder);
    Shell shell = new Shell(folder);
    Process process = shell.start("$Z train recipe.yaml");
    atWork(folder, process);
    interrupt("", process);
    Shell.Result result = shell.finish(process);
    assertThat(result.code()).isEqualTo(130);
    assertThat(result.err().lines().toList().getLast())
        .startsWith("The run was stopped; last checkpoint: " + folder.resolve("run/checkpoints"));
  }

  /**
   * @param target {@code -} where the signal goes to the process's whole group, as from a terminal
   */
  private static void interrupted(Path folder, String line, String target) throws Exception {
    recipe(folder);
    Shell shell = new Shell(folder);
    Process parent = shell.start(line);
    List<ProcessHandle> children = children(folder, parent);
    interrupt(target, parent);
    Shell.Result result = shell.finish(parent);
    assertThat(result.code()).isEqualTo(130);
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    List<String> checkpoints;
    try (Stream<Path> saved = Files.list(folder.resolve("run/checkpoints"))) {
      checkpoints = saved.map(Path::toString).filter(p -> !p.endsWith(".part")).sorted().toList();
    }
    assertThat(result.err().lines().filter(l -> l.contains("checkpoint")))
        .containsExactly(
            "The run was stopped; last checkpoint: "
                + checkpoints.getLast()
                + ". Go on with --resume.");
    assertThat(result.out()).isEmpty();
  }

  private static void interrupt(String target, Process process) throws Exception {
    new ProcessBuilder("kill", "-INT", "--", target + process.pid()).start().waitFor();
  }

  /** The processes of the run, once they are at work. */
  private static List<ProcessHandle> children(Path folder, Process parent) throws Exception {
    atWork(folder, parent);
    List<ProcessHandle> children = parent.children().toList();
    assertThat(children).hasSize(2);
    return children;
  }

  private static void atWork(Path folder, Process parent) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!Files.exists(folder.resolve("run/checkpoints/step-00000002"))
        && parent.isAlive()
        && System.nanoTime() < end) {
      Thread.sleep(50);
    }
    assertThat(parent.isAlive())
        .as("the run goes on; it said: %s", new Shell(folder).said())
        .isTrue();
  }

  private static void ends(ProcessHandle child) {
    try {
      child.onExit().get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(child.pid() + " is still there", e);
    }
  }

  private static void recipe(Path folder) throws IOException {
    Files.writeString(folder.resolve("text.txt"), "abcd\nbadc\nabab\ncdcd\n".repeat(20));
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": null,
         "post_processor": null, "decoder": null,
         "model": {"type": "BPE", "unk_token": "?", "byte_fallback": false, "merges": [],
                   "vocab": {"?": 0, "a": 1, "b": 2, "c": 3, "d": 4}}}
        """);
    Files.writeString(
        folder.resolve("recipe.yaml"),
        """
        model:
          config: {hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1,
                   num_attention_heads: 2, max_position_embeddings: 32}
          tokenizer: tokenizer.json
        data: {file: text.txt, separator: line, length: 16}
        batch: 4
        steps: 1000000
        checkpoints: {every: 2, last: 1000000}
        output: '%s'
        """
            .formatted(folder.resolve("run")));
  }
}
