package io.zaohua.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
  void childrenEndWithTheirParentHoweverItEnds(@TempDir Path killed, @TempDir Path interrupted)
      throws Exception {
    recipe(killed);
    Process parent = new Shell(killed).start("$Z train recipe.yaml --processes 2");
    List<ProcessHandle> children = children(killed, parent);
    parent.destroyForcibly();
    assertThat(children).allSatisfy(TrainProcessesTest::ends);
    recipe(interrupted);
    Shell shell = new Shell(interrupted);
    Process other = shell.start("$Z train recipe.yaml --processes 2");
    List<ProcessHandle> others = children(interrupted, other);
    new ProcessBuilder("kill", "-INT", Long.toString(other.pid())).start().waitFor();
    assertThat(shell.finish(other).code()).isEqualTo(130);
    assertThat(others).allSatisfy(TrainProcessesTest::ends);
  }

  /** The processes of the run, once they are at work. */
  private static List<ProcessHandle> children(Path folder, Process parent) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!Files.exists(folder.resolve("run/checkpoints/step-00000002"))
        && parent.isAlive()
        && System.nanoTime() < end) {
      Thread.sleep(50);
    }
    List<ProcessHandle> children = parent.children().toList();
    assertThat(children).hasSize(2);
    return children;
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
