package io.zaohua.app.command;

import io.zaohua.app.Main;
import io.zaohua.app.terminal.Console;
import io.zaohua.learn.run.BarrierTask;
import io.zaohua.learn.run.Training;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * A run's processes on this machine: children of this one, the same program in the environment that
 * torchrun would give. They end with this process, however it ends, and all when one fails.
 */
final class LocalProcesses {
  private static final int MOST = 1024;
  private static final int LINES = 40;
  private static final Duration TO_NOTICE = Duration.ofSeconds(10);
  private static final Duration TO_END = Duration.ofSeconds(5);

  private final int count;
  private final Console console;

  private LocalProcesses(int count, Console console) {
    this.count = count;
    this.console = console;
  }

  /** So many processes, which must not be among others already. */
  static LocalProcesses of(int count, Console console) {
    if (count < 1 || count > MOST) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "--processes is %d, 1 to %d was expected.",
              "--processes 为 %d,应为 1 到 %d。", count, MOST),
          Message.of("Give one for each core at most.", "至多每个核心一个。"));
    }
    if (System.getenv("RANK") != null || System.getenv("WORLD_SIZE") != null) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "The environment has RANK or WORLD_SIZE: this is one of several processes already.",
              "环境变量中有 RANK 或 WORLD_SIZE:本进程已是多个进程之一。"),
          Message.of("Leave --processes out, or unset them.", "请去掉 --processes,或取消这些变量。"));
    }
    return new LocalProcesses(count, console);
  }

  /** Whether this process speaks for all. */
  static boolean isFirst() {
    return System.getenv().getOrDefault("RANK", "0").equals("0");
  }

  /** Whether another process waits for this one, and speaks of its end. */
  static boolean isChild() {
    return System.getenv(BarrierTask.PARENT) != null;
  }

  /** In a child: ends this process when the one that started it has gone. */
  static void endWithParent(Console console) {
    if (!isChild()) {
      return;
    }
    Thread.ofPlatform()
        .daemon()
        .name("parent")
        .start(
            () -> {
              try {
                console.in().transferTo(java.io.OutputStream.nullOutputStream());
              } catch (IOException e) {
                // the line is cut: as good as its end
              }
              Runtime.getRuntime().halt(1);
            });
  }

  private record Child(int rank, Process process, Deque<String> lines) {
    boolean failed() {
      return !process.isAlive() && process.exitValue() != 0;
    }
  }

  /**
   * Runs them to their end.
   *
   * @param arguments of each
   * @param output the run's folder, to name its last checkpoint
   * @return 0
   * @throws UserError if one failed
   */
  int run(List<String> arguments, Path output) {
    List<Child> children = new CopyOnWriteArrayList<>();
    try (Farewell farewell = new Farewell(console, output, true, () -> end(children))) {
      int port = freePort();
      for (int rank = 0; rank < count; rank++) {
        children.add(start(rank, port, arguments));
      }
      Optional<Child> culprit = await(children);
      return culprit.map(c -> explain(c, output, farewell)).orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError(
          UserError.Kind.INTERRUPTED,
          Message.of("The run was interrupted.", "训练被中断。"),
          Message.of("Go on with --resume.", "请用 --resume 继续。"),
          e);
    } finally {
      end(children);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Child start(int rank, int port, List<String> arguments) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    line.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    line.addAll(List.of("-cp", System.getProperty("java.class.path", ""), Main.class.getName()));
    line.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(line);
    List<String> here = Collections.nCopies(count, "127.0.0.1");
    builder.environment().putAll(new BarrierTask(rank, here, port).environment());
    builder.environment().put(BarrierTask.PARENT, Long.toString(ProcessHandle.current().pid()));
    Deque<String> lines = new ArrayDeque<>();
    if (rank == 0) {
      builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      return new Child(rank, builder.start(), lines);
    }
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    Thread.ofPlatform().daemon().start(() -> keep(process, lines));
    return new Child(rank, process, lines);
  }

  /** Keeps the last lines of standard error, to be shown if the process fails. */
  private static void keep(Process process, Deque<String> lines) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        synchronized (lines) {
          lines.add(line);
          if (lines.size() > LINES) {
            lines.removeFirst();
          }
        }
      }
    } catch (IOException e) {
      // its end
    }
  }

  /** Waits for all, or, once one has failed, for the others to notice; gives the one to blame. */
  private static Optional<Child> await(List<Child> children) throws InterruptedException {
    Optional<Child> first = Optional.empty();
    long until = Long.MAX_VALUE;
    while (children.stream().anyMatch(c -> c.process().isAlive()) && System.nanoTime() < until) {
      if (first.isEmpty()) {
        first = children.stream().filter(Child::failed).findFirst();
        until = first.isEmpty() ? until : System.nanoTime() + TO_NOTICE.toNanos();
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    Optional<Child> failed = first.or(() -> children.stream().filter(Child::failed).findFirst());
    // The others fail because one was killed, maybe seen before it.
    return children.stream()
        .filter(c -> c.failed() && c.process().exitValue() > 128)
        .findFirst()
        .or(() -> failed);
  }

  private int explain(Child child, Path output, Farewell farewell) {
    int code = child.process().exitValue();
    if (farewell.begun()) {
      return 130;
    }
    if (code == 130) { // Ctrl-C has reached a child only, or not yet this process
      farewell.say();
      return 130;
    }
    if (child.rank() == 0 && code < 128) {
      return code; // it has said why
    }
    synchronized (child.lines()) {
      for (String line : child.lines()) {
        console.err().println("[" + child.rank() + "] " + line);
      }
    }
    throw new UserError(
        UserError.Kind.IO,
        Message.of(
            "The process of rank %d of %d ended with code %d; last checkpoint: %s.",
            "秩为 %d 的进程(共 %d 个)以代码 %d 结束;最后一个检查点:%s。",
            child.rank(),
            count,
            code,
            Training.lastCheckpoint(output).map(Path::toString).orElse("-")),
        Message.of(
            "Go on with --resume, with any number of processes.", "请用 --resume 继续,进程数可以不同。"));
  }

  private static void end(List<Child> children) {
    for (Child child : children) {
      child.process().destroy();
    }
    for (Child child : children) {
      try {
        if (!child.process().waitFor(TO_END.toMillis(), TimeUnit.MILLISECONDS)) {
          child.process().destroyForcibly();
        }
      } catch (InterruptedException e) {
        child.process().destroyForcibly();
      }
    }
  }
}
