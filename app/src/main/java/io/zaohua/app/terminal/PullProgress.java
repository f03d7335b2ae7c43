package io.zaohua.app.terminal;

import io.zaohua.model.Message;
import io.zaohua.model.hub.PullListener;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows a pull on standard error: notes as lines, and a bar where it is a terminal. */
public final class PullProgress implements PullListener, AutoCloseable {
  private static final long MEBIBYTE = 1 << 20;

  private final Console console;
  private Optional<Bar> bar = Optional.empty();

  public PullProgress(Console console) {
    this.console = console;
  }

  @Override
  public synchronized void note(Message message) {
    close();
    console.note(message);
  }

  @Override
  public synchronized void progress(String file, long done, long total) {
    if (!console.terminal()) {
      return;
    }
    if (bar.filter(b -> b.file.equals(file)).isEmpty()) {
      close();
      bar = Optional.of(new Bar(file, start(file, total)));
    }
    bar.get().drawn.stepTo(done);
    if (done >= total) {
      close();
    }
  }

  @Override
  public synchronized void close() {
    bar.ifPresent(b -> b.drawn.close());
    bar = Optional.empty();
  }

  private ProgressBar start(String file, long total) {
    return new ProgressBarBuilder()
        .setTaskName(file.substring(file.lastIndexOf('/') + 1))
        .setInitialMax(total)
        .setUnit(" MiB", MEBIBYTE)
        .setStyle(ProgressBarStyle.ASCII)
        .showSpeed()
        .setUpdateIntervalMillis(200)
        .setConsumer(new me.tongfei.progressbar.ConsoleProgressBarConsumer(console.err(), WIDTH))
        .build();
  }

  private static final int WIDTH = 78;

  private record Bar(String file, ProgressBar drawn) {}
}
