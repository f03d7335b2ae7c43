package io.zaohua.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessGroupTest {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private static Map<String, String> environment(int rank, int size) throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Map.of(
          "RANK", Integer.toString(rank),
          "WORLD_SIZE", Integer.toString(size),
          "MASTER_ADDR", "127.0.0.1",
          "MASTER_PORT", Integer.toString(free.getLocalPort()));
    }
  }

  @Test
  void aloneASumIsTheTensorItself() throws IOException {
    try (Scope _ = Scope.open("test");
        ProcessGroup group =
            ProcessGroup.join(Rendezvous.of(environment(0, 1)).orElseThrow(), TIMEOUT)) {
      Tensor x = Tensors.arange(0, 4);
      group.allReduce(x).await();
      group.broadcast(x, 0).await();
      group.barrier();
      assertThat(x.toLongs()).containsExactly(0, 1, 2, 3);
      assertThatThrownBy(() -> group.broadcast(x, 1)).hasMessageContaining("no process 1");
      assertThatThrownBy(() -> group.allReduce(Tensors.zeros(DType.F32, 2, 3).transpose(0, 1)))
          .hasMessageContaining("row order");
    }
  }

  @Test
  void aPortThatIsTakenIsOneSentence() throws IOException {
    Map<String, String> environment = environment(0, 2);
    int port = Integer.parseInt(environment.get("MASTER_PORT"));
    try (ServerSocket _ = new ServerSocket(port)) {
      assertThatThrownBy(() -> ProcessGroup.join(Rendezvous.of(environment).orElseThrow(), TIMEOUT))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("did not meet the others at 127.0.0.1:" + port);
    }
  }

  @Test
  @Tag("slow")
  void twoProcessesAddShareAndNoticeALoss(@TempDir Path folder) throws Exception {
    int port = Integer.parseInt(environment(0, 2).get("MASTER_PORT"));
    Process first = peer(folder, 0, port);
    Process second = peer(folder, 1, port);
    assertThat(first.waitFor(3, TimeUnit.MINUTES)).isTrue();
    assertThat(second.waitFor(3, TimeUnit.MINUTES)).isTrue();
    assertThat(Files.readString(folder.resolve("out0")))
        .doesNotContain("[Gloo]")
        .contains("sum [3.0, 3.0]", "received [7.0]", "lost another one in all-reduce");
    assertThat(Files.readString(folder.resolve("out1"))).contains("sum [3.0, 3.0]", "shared [5.0]");
  }

  private static Process peer(Path folder, int rank, int port) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Peer.class.getName());
    builder.environment().put("RANK", Integer.toString(rank));
    builder.environment().put("WORLD_SIZE", "2");
    builder.environment().put("LOCAL_WORLD_SIZE", "2");
    builder.environment().put("MASTER_ADDR", "127.0.0.1");
    builder.environment().put("MASTER_PORT", Integer.toString(port));
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("out" + rank).toFile());
    return builder.start();
  }

  /** One of two processes; number 1 goes without a word. */
  static final class Peer {
    private Peer() {}

    public static void main(String[] arguments) {
      Rendezvous place = Rendezvous.of(System.getenv()).orElseThrow();
      try (Scope _ = Scope.open("peer");
          ProcessGroup group = ProcessGroup.join(place, TIMEOUT)) {
        Tensor sum = Tensors.full(group.rank() + 1, DType.F32, 2);
        group.allReduce(sum).await();
        say("sum", sum);
        Tensor shared = Tensors.full(group.rank() == 0 ? 5 : 0, DType.F32, 1);
        group.broadcast(shared, 0).await();
        say("shared", shared);
        Tensor passed = Tensors.full(group.rank() == 1 ? 7 : 0, DType.F32, 1);
        (group.rank() == 1 ? group.send(passed, 0, 4) : group.receive(passed, 1, 4)).await();
        say("received", passed);
        if (group.rank() == 1) {
          Runtime.getRuntime().halt(9);
        }
        group.allReduce(sum).await();
      } catch (ProcessGroup.Lost e) {
        System.out.println(e.getMessage());
      }
    }

    private static void say(String what, Tensor tensor) {
      System.out.println(what + " " + List.of(box(tensor.toFloats())));
    }

    private static Float[] box(float[] values) {
      Float[] boxed = new Float[values.length];
      for (int i = 0; i < values.length; i++) {
        boxed[i] = values[i];
      }
      return boxed;
    }
  }
}
