package io.zaohua.model.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewFileTest {
  @TempDir Path folder;

  @Test
  void anUnfinishedFileLeavesTheOlderOneAndNothingElse() throws Exception {
    Path older = Files.writeString(folder.resolve("m"), "older");
    try (var file = NewFile.create(older, 3)) {
      file.write(ByteBuffer.wrap(new byte[3]));
    }
    assertThat(older).hasContent("older");
    assertThat(folder.toFile().list()).containsExactly("m");
  }

  @Test
  void aDeviceIsNotReplaced() {
    assertThatThrownBy(() -> NewFile.create(Path.of("/dev/null"), 1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("pipe or a device");
    assertThat(Path.of("/dev/null"))
        .exists()
        .satisfies(p -> assertThat(Files.isRegularFile(p)).isFalse());
  }

  @Test
  void aFileInTheFoldersPlaceIsNamed() throws Exception {
    Path file = Files.writeString(folder.resolve("f"), "x");
    assertThatThrownBy(() -> NewFile.create(file.resolve("m"), 1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("f is a file, not a folder");
  }

  @Test
  void aSourceIsKnownThroughALink() throws Exception {
    Path source = Files.writeString(folder.resolve("m"), "x");
    Path link = Files.createSymbolicLink(folder.resolve("l"), source);
    assertThatThrownBy(() -> NewFile.refuseSource(link, List.of(source)))
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.kind()).isEqualTo(UserError.Kind.USAGE));
  }

  @Test
  void anotherFileMayBeWrittenOver() throws Exception {
    Path source = Files.writeString(folder.resolve("m"), "x");
    Path other = Files.writeString(folder.resolve("n"), "x");
    NewFile.refuseSource(other, List.of(source));
    assertThat(other).exists();
  }
}
