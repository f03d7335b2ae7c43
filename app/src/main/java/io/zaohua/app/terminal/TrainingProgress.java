package io.zaohua.app.terminal;

import io.zaohua.learn.run.TrainingListener;
import io.zaohua.model.Message;
import java.util.Locale;

/**
 * Shows a training run on standard error: one line that changes where it is a terminal, else a line
 * now and then.
 */
public final class TrainingProgress implements TrainingListener, AutoCloseable {
  private static final long EVERY_NANOS = 10_000_000_000L;
  private static final long REDRAW_NANOS = 200_000_000L;

  private final Console console;
  private long shown = System.nanoTime() - EVERY_NANOS;
  private long encoded;
  private boolean open;

  public TrainingProgress(Console console) {
    this.console = console;
  }

  @Override
  public void note(Message message) {
    close();
    console.note(message);
  }

  @Override
  public void encoding(long tokens, long read, long bytes) {
    long now = System.nanoTime();
    encoded = encoded == 0 ? now : encoded; // what takes no time is not worth a line
    if (now - encoded < pause()) {
      return;
    }
    encoded = now;
    show(
        Message.of(
                "encoding %d %%  %,d of %,d MB  %,d tokens",
                "编码 %d %%  %,d / %,d MB  %,d 个词元",
                bytes == 0 ? 100 : Math.min(100, 100 * read / bytes),
                read / 1_000_000,
                bytes / 1_000_000,
                tokens)
            .text());
  }

  @Override
  public void progress(Progress p) {
    long now = System.nanoTime();
    boolean last = p.step() == p.steps();
    if (now - shown < pause() && !last && p.held().isEmpty()) {
      return;
    }
    shown = now;
    show(line(p));
    if (last || p.held().isPresent()) {
      close();
    }
  }

  private long pause() {
    return console.terminal() ? REDRAW_NANOS : EVERY_NANOS;
  }

  private void show(String line) {
    if (console.terminal()) {
      console.err().print("\r\u001b[K" + line);
      console.err().flush();
      open = true;
    } else {
      console.err().println(line);
    }
  }

  private static String line(Progress p) {
    String held =
        p.held().isPresent()
            ? String.format(
                Locale.ROOT,
                new Message("  held out %.4f", "  留出 %.4f").text(),
                p.held().getAsDouble())
            : "";
    String memory = p.memory() == 0 ? "" : "  " + (p.memory() >> 20) + " MiB";
    long left = p.left().toSeconds();
    return Message.of(
            "step %d/%d  loss %.4f%s  %,.0f learned tokens/s%s  %d:%02d:%02d left",
            "第 %d/%d 步  损失 %.4f%s  每秒学习 %,.0f 词元%s  尚需 %d:%02d:%02d",
            p.step(),
            p.steps(),
            p.loss(),
            held,
            p.rate(),
            memory,
            left / 3600,
            left / 60 % 60,
            left % 60)
        .text();
  }

  @Override
  public void close() {
    if (open) {
      console.err().println();
      open = false;
    }
  }
}
