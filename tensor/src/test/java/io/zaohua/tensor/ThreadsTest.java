package io.zaohua.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

final class ThreadsTest {
  @Test
  void anOperationUsesOneThreadForEachPhysicalCore() {
    try (Scope _ = Scope.open("test")) {
      assertThat(torch.get_num_threads())
          .isEqualTo(Threads.count(1))
          .isBetween(1, Runtime.getRuntime().availableProcessors());
    }
  }

  /** Two teams of threads would fight over the cores; MKL loads its layer at its first product. */
  @Test
  void onLinuxMklSharesTheOpenMpOfLibtorch() throws IOException {
    boolean expected = NativeParts.here().platform().equals("linux-x86_64");
    try (Scope _ = Scope.open("test")) {
      Tensor x = Tensors.ones(DType.F32, 64, 64);
      assertThat(x.matmul(x).sum().item()).isEqualTo(64 * 64 * 64);
    }
    Path maps = Path.of("/proc/self/maps");
    String loaded = Files.exists(maps) ? Files.readString(maps) : "";
    assertThat(loaded.contains("libmkl_gnu_thread")).isEqualTo(expected);
    assertThat(loaded).doesNotContain("libmkl_intel_thread");
  }
}
