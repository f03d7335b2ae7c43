package io.zaohua.spark;

import io.zaohua.learn.run.BarrierTask;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.BarrierTaskInfo;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Function1;
import scala.collection.Iterator;
import scala.reflect.ClassTag;

/**
 * A training run as a barrier stage: Spark starts all tasks at once or none, each runs one process
 * of the run, and the stage starts again as a whole when one fails.
 */
public final class BarrierTraining {
  private BarrierTraining() {}

  /**
   * For spark-submit: {@code TASKS COMMAND...}, such as {@code 4 /opt/zaohua/zaohua train
   * recipe.yaml --resume}.
   */
  public static void main(String[] arguments) {
    try {
      if (arguments.length < 2) {
        throw usage("no command");
      }
      int tasks = tasks(arguments[0]);
      List<String> command = List.of(arguments).subList(1, arguments.length);
      SparkConf settings = new SparkConf().setIfMissing("spark.app.name", "zaohua");
      try (JavaSparkContext spark = new JavaSparkContext(settings)) {
        run(spark, tasks, command);
      }
    } catch (UserError e) {
      System.err.println(e.text());
      System.exit(2);
    }
  }

  private static int tasks(String text) {
    try {
      int tasks = Integer.parseInt(text);
      if (tasks > 0) {
        return tasks;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw usage(text);
  }

  private static UserError usage(String found) {
    return new UserError(
        UserError.Kind.USAGE,
        Message.of(
            "A number of tasks and a command were expected, not %s.", "应为任务数和一条命令,而不是 %s。", found),
        Message.of(
            "For example: 4 /opt/zaohua/zaohua train recipe.yaml --resume",
            "例如:4 /opt/zaohua/zaohua train recipe.yaml --resume"));
  }

  /**
   * Runs the command in so many tasks, as the processes of one run, until all have ended; Spark's
   * own exception says if it failed as often as Spark tries.
   *
   * @param tasks at most the slots of the cluster; Spark waits for as many
   * @param command with the same paths on every machine, and {@code --resume}, so that a stage that
   *     starts again goes on
   */
  public static void run(JavaSparkContext spark, int tasks, List<String> command) {
    List<Integer> ranks = IntStream.range(0, tasks).boxed().toList();
    List<String> words = new ArrayList<>(command); // goes to the executors, so it must serialize
    Function1<Iterator<Integer>, Iterator<Integer>> task =
        (Function1<Iterator<Integer>, Iterator<Integer>> & Serializable)
            rank -> {
              process(words);
              return rank;
            };
    spark
        .parallelize(ranks, tasks)
        .rdd()
        .barrier()
        .mapPartitions(task, false, ClassTag.<Integer>apply(Integer.class))
        .toJavaRDD()
        .repartition(1) // Spark repeats a barrier stage only where a shuffle follows
        .count();
  }

  /** In a task: one process of the run. */
  private static void process(List<String> command) {
    BarrierTaskContext task = BarrierTaskContext.get();
    List<String> addresses =
        Arrays.stream(task.getTaskInfos()).map(BarrierTaskInfo::address).toList();
    int rank = task.partitionId();
    try {
      // The first task's machine knows which of its ports are free.
      String port = task.allGather(rank == 0 ? Integer.toString(freePort()) : "")[0];
      int code = new BarrierTask(rank, addresses, Integer.parseInt(port)).run(command);
      if (code != 0) {
        throw new IllegalStateException(
            "The process of rank %d of %d ended with code %d; what it said stands in its executor's log."
                .formatted(rank, addresses.size(), code));
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("The task was cancelled.", e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, (InetAddress) null)) {
      return socket.getLocalPort();
    }
  }
}
