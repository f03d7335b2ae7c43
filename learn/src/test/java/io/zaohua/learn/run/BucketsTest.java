package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.tensor.DType;
import io.zaohua.tensor.ProcessGroup;
import io.zaohua.tensor.Rendezvous;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A group of one process: its sums are what it has itself. */
final class BucketsTest {
  private final Map<String, Tensor> weights = new LinkedHashMap<>();

  private Tensor weight(String name, double value) {
    Tensor weight = Tensors.full(value, DType.F32, 2).requireGrad();
    weights.put(name, weight);
    return weight;
  }

  private static ProcessGroup alone() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    return ProcessGroup.join(
        new Rendezvous(0, 1, 0, 1, "127.0.0.1", port, Optional.empty()), Duration.ofSeconds(60));
  }

  @Test
  void lastLayersSetOutWhileTheFirstAreAtWork() throws IOException {
    try (Scope _ = Scope.open("test");
        ProcessGroup group = alone()) {
      Tensor embedding = weight("embedding.weight", 2);
      Tensor first = weight("layers.0.q.weight", 3);
      Tensor second = weight("layers.1.q.weight", 5);
      Tensor idle = weight("layers.1.k.weight", 7);
      try (Buckets buckets = new Buckets(group, weights, 1)) {
        for (int step = 0; step < 2; step++) {
          buckets.begin();
          embedding.mul(first).mul(second).sum().backward();
          assertThat(buckets.early()).isZero();
          buckets.lastBatch();
          embedding.mul(first).mul(second).sum().backward();
          assertThat(buckets.early()).isEqualTo(1);
          assertThat(buckets.finish(0.25)).isEqualTo(0.25);
          assertThat(second.grad().orElseThrow().toFloats()).containsExactly(12, 12);
          assertThat(first.grad().orElseThrow().toFloats()).containsExactly(20, 20);
          assertThat(embedding.grad().orElseThrow().toFloats()).containsExactly(30, 30);
          assertThat(idle.grad()).isEmpty();
        }
      }
    }
  }
}
