package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.learn.run.Training;
import io.zaohua.model.Message;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/** The last words of a training run that a signal stops: from where it can go on. */
final class Farewell implements AutoCloseable {
  private final Console console;
  private final Path output;
  private final boolean speaks;
  private final Thread hook;
  private final AtomicBoolean said = new AtomicBoolean();
  private volatile boolean begun;

  /**
   * Waits for a signal until it is closed.
   *
   * @param output the run's folder
   * @param speaks whether this process speaks for all of the run
   * @param before what must be done first
   */
  Farewell(Console console, Path output, boolean speaks, Runnable before) {
    this.console = console;
    this.output = output;
    this.speaks = speaks;
    hook =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  begun = true;
                  before.run();
                  say();
                });
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether a signal has come: what fails from then on fails because of it. */
  boolean begun() {
    return begun;
  }

  /** Names the last checkpoint, once. */
  void say() {
    if (speaks && said.compareAndSet(false, true)) {
      console.note(
          Training.lastCheckpoint(output)
              .map(
                  last ->
                      Message.of(
                          "The run was stopped; last checkpoint: %s. Go on with --resume.",
                          "训练已停止;最后一个检查点:%s。请用 --resume 继续。", last))
              .orElse(
                  new Message(
                      "The run was stopped before its first checkpoint.", "训练在第一个检查点之前停止。")));
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // it is at work
    }
  }
}
