package io.zaohua.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.learn.run.TrainingListener.Progress;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** What a run says on the way. */
final class TrainingProgressTest {
  /** A fine-tune learns a fifth of the tokens it reads; the figure must not pass for its speed. */
  @Test
  void theRateSaysThatItCountsWhatIsLearned() {
    var err = new ByteArrayOutputStream();
    var console =
        new Console(
            new ByteArrayInputStream(new byte[0]),
            OutputStream.nullOutputStream(),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    try (TrainingProgress progress = new TrainingProgress(console)) {
      progress.progress(
          new Progress(
              3, 20, 0.5, OptionalDouble.of(0.25), 12, 5L << 20, Duration.ofSeconds(3725)));
    }

    assertThat(err.toString(StandardCharsets.UTF_8).strip())
        .isEqualTo(
            "step 3/20  loss 0.5000  held out 0.2500  12 learned tokens/s  5 MiB  1:02:05 left");
  }
}
