package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.learn.recipe.Recipe;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
