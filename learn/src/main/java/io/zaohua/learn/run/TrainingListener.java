package io.zaohua.learn.run;

import io.zaohua.model.Message;
import java.time.Duration;
import java.util.OptionalDouble;

/** Hears how a run goes. */
public interface TrainingListener {
  /** Says nothing. */
  TrainingListener SILENT =
      new TrainingListener() {
        @Override
        public void note(Message message) {}

        @Override
        public void progress(Progress progress) {}
      };

  /** A fact for the person who trains. */
  void note(Message message);

  /**
   * Now and then while the data is encoded, before the first step.
   *
   * @param tokens made so far
   * @param read bytes read so far
   * @param bytes of all files
   */
  default void encoding(long tokens, long read, long bytes) {}

  /** After every step. */
  void progress(Progress progress);

  /**
   * Where a run stands.
   *
   * @param step steps made
   * @param steps steps of the whole run
   * @param loss of this step
   * @param held held-out loss, when it was measured after this step
   * @param rate tokens learned a second, lately
   * @param memory bytes the process occupies, or 0 where that is unknown
   * @param left time that the rest will take
   */
  record Progress(
      int step,
      int steps,
      double loss,
      OptionalDouble held,
      double rate,
      long memory,
      Duration left) {}
}
