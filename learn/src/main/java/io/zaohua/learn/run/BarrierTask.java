package io.zaohua.learn.run;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One of several tasks that a cluster starts together, such as those of a Spark barrier stage, as
 * one process of a training run. The run is a child: a JVM trains one model at a time, and an
 * executor may have several tasks.
 *
 * @param rank the task's number, from 0 (Spark: {@code partitionId})
 * @param addresses of all tasks by number, as host or host:port (Spark: {@code getTaskInfos})
 * @param port on the first task's host, where the processes will meet; it must be free
 */
public record BarrierTask(int rank, List<String> addresses, int port) {
  /**
   * In the environment of a process whose standard input is a line to the one that started it:
   * where the line ends, that one has gone, and the process must go too.
   */
  public static final String PARENT = "ZAOHUA_PARENT";

  public BarrierTask {
    addresses = List.copyOf(addresses);
    if (rank < 0 || rank >= addresses.size()) {
      throw new IllegalArgumentException(
          "Task " + rank + " is not one of the " + addresses.size() + " that have addresses.");
    }
  }

  /** The environment that torchrun would give the process; tasks of one host share its cores. */
  public Map<String, String> environment() {
    int before = 0;
    int here = 0;
    for (int i = 0; i < addresses.size(); i++) {
      if (host(i).equals(host(rank))) {
        here++;
        before += i < rank ? 1 : 0;
      }
    }
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("RANK", Integer.toString(rank));
    environment.put("WORLD_SIZE", Integer.toString(addresses.size()));
    environment.put("LOCAL_RANK", Integer.toString(before));
    environment.put("LOCAL_WORLD_SIZE", Integer.toString(here));
    environment.put("MASTER_ADDR", host(0));
    environment.put("MASTER_PORT", Integer.toString(port));
    return environment;
  }

  private String host(int task) {
    String address = addresses.get(task);
    int colon = address.lastIndexOf(':');
    boolean bare = colon < 0 || (address.indexOf(':') < colon && !address.contains("]"));
    String host = bare ? address : address.substring(0, colon);
    return host.startsWith("[") ? host.replaceAll("[\\[\\]]", "") : host;
  }

  /**
   * Runs a command, such as {@code zaohua train recipe.yaml --resume}, in that environment, and
   * ends it where the task is cancelled. {@code zaohua train} also ends when this process is
   * killed.
   *
   * @return its exit code
   */
  public int run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment());
    builder.environment().put(PARENT, Long.toString(ProcessHandle.current().pid()));
    Process process = builder.start();
    try {
      return process.waitFor();
    } finally {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }
  }
}
