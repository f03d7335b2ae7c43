package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.learn.recipe.Recipe;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RunFolderTest {
  @TempDir Path folder;

  private void train(int steps, boolean resume, String... settings) throws IOException {
    Recipe recipe = Recipe.read(TinyRun.recipe(folder, steps), List.of(settings));
    Training.run(recipe, resume, new Quiet());
  }

  @Test
  void aRunLeavesEventsAPageAndSamples() throws IOException {
    train(4, false, "samples={every: 2, prompts: [ab, 'c<d'], tokens: 3}");
    Path run = folder.resolve("run");
    List<String> samples = Files.readAllLines(run.resolve("samples.jsonl"));
    assertThat(samples).hasSize(4).first().asString().contains("\"step\":2,\"prompt\":\"ab\"");
    assertThat(Files.readAllLines(run.resolve("speed.jsonl"))).hasSize(4);
    try (Stream<Path> events = Files.list(run.resolve("tensorboard"))) {
      assertThat(events).singleElement().asString().contains("tfevents");
    }
    String page = Files.readString(run.resolve("report.html"));
    assertThat(page)
        .contains("<polyline", "loss · 损失", "validation loss", "grad norm", "c&lt;d", "seed: 7")
        .doesNotContain("<script", "http");
  }

  @Test
  void whatMakesAnotherRunIsNamedAndRefused() throws IOException {
    train(2, false);
    assertThatThrownBy(() -> train(4, true, "batch=2", "seed=8", "data.length=8"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("began with another batch, data.length, seed.");
  }

  @Test
  void howLongHowFastAndWhatIsWatchedMayChange() throws IOException {
    train(2, false);
    train(4, true, "optimizer.lr=0.001", "evaluation.every=1", "accumulation=1");
    assertThat(Files.readAllLines(folder.resolve("run/metrics.jsonl"))).hasSize(4);
  }

  @Test
  void aFileWhereTheFolderShouldBeIsOneSentence() throws IOException {
    Files.writeString(folder.resolve("run"), "in the way");
    assertThatThrownBy(() -> train(2, false))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot be made");
  }

  @Test
  void filesOfNoRunAreNotWrittenOver() throws IOException {
    Path mine = Files.createDirectories(folder.resolve("run/model")).resolve("mine");
    Files.writeString(mine, "dear");
    assertThatThrownBy(() -> train(2, false))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the folder of no run and holds model");
    assertThat(mine).hasContent("dear");
    assertThat(folder.resolve("run/checkpoints")).doesNotExist();
  }

  @Test
  void aModelWhoseCheckpointsAreGoneIsNotWrittenOver() throws IOException {
    train(2, false);
    for (Path file : files(folder.resolve("run/checkpoints"))) {
      Files.delete(file);
    }
    for (boolean resume : new boolean[] {false, true}) {
      assertThatThrownBy(() -> train(4, resume)).hasMessageContaining("holds a trained model");
    }
  }

  @Test
  void twoRunsAtOnceAreRefused() throws IOException {
    List<String> told = new ArrayList<>();
    Recipe recipe = Recipe.read(TinyRun.recipe(folder, 2), List.of());
    Training.run(
        recipe,
        false,
        new Quiet() {
          @Override
          public void progress(Progress progress) {
            try {
              train(2, true);
            } catch (IOException | UserError e) {
              told.add(e.getMessage());
            }
          }
        });
    assertThat(told).hasSize(2).allMatch(t -> t.contains("Another run is at work"));
    assertThat(Files.readAllLines(folder.resolve("run/metrics.jsonl"))).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 100, 1000}) // of some thousand
  void fromADamagedCheckpointTheRunGoesBackToTheOneBefore(int bytes, @TempDir Path whole)
      throws IOException {
    train(4, false, "schedule=constant");
    Training.run(
        Recipe.read(TinyRun.recipe(whole, 6), List.of("schedule=constant")), false, new Quiet());
    try (var newest = FileChannel.open(state(4), StandardOpenOption.WRITE)) {
      newest.truncate(bytes);
    }
    List<String> notes = new ArrayList<>();
    Recipe recipe = Recipe.read(TinyRun.recipe(folder, 6), List.of("schedule=constant"));
    Training.run(
        recipe,
        true,
        new Quiet() {
          @Override
          public void note(Message message) {
            notes.add(message.english());
          }
        });
    assertThat(notes).anyMatch(n -> n.endsWith("is damaged, the run goes on from step-00000002."));
    assertThat(folder.resolve("run/model/model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("run/model/model.safetensors"));
  }

  @Test
  void whereNoCheckpointIsWholeNothingBegins() throws IOException {
    train(4, false);
    Files.writeString(state(2), "broken");
    Files.delete(state(4));
    assertThatThrownBy(() -> train(6, true))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is whole");
    assertThatThrownBy(() -> train(6, false)).hasMessageContaining("holds a run already");
  }

  private Path saved(int step) {
    return folder.resolve("run/checkpoints/step-0000000" + step);
  }

  private Path state(int step) {
    return saved(step).resolve("state.safetensors");
  }

  /** What is in a folder, the deepest first. */
  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(p -> !p.equals(folder)).sorted(Comparator.reverseOrder()).toList();
    }
  }
}
