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

  @Test
  void ofSeveralFilesAllGetTheirNamesOrTheOlderOnesStay() throws Exception {
    Path first = Files.writeString(folder.resolve("a"), "older a");
    Path second = folder.resolve("b");
    Path third = Files.writeString(folder.resolve("c"), "older c");
    try (var a = NewFile.create(first, 1);
        var b = NewFile.create(second, 1);
        var c = NewFile.create(third, 1)) {
      a.write(ByteBuffer.wrap(new byte[1]));
      Files.delete(third);
      Files.createDirectory(third); // no file can take this name now
      assertThatThrownBy(() -> NewFile.finish(List.of(a, b, c))).isInstanceOf(UserError.class);
    }
    assertThat(first).hasContent("older a");
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("a", "c");
  }

  @Test
  void olderFilesAreReplacedTogether() throws Exception {
    Path first = Files.writeString(folder.resolve("a"), "older a");
    Path second = Files.writeString(folder.resolve("b"), "older b");
    try (var a = NewFile.create(first, 1);
        var b = NewFile.create(second, 1)) {
      a.write(ByteBuffer.wrap(new byte[] {'x'}));
      b.write(ByteBuffer.wrap(new byte[] {'y'}));
      NewFile.finish(List.of(a, b));
    }
    assertThat(first).hasContent("x");
    assertThat(second).hasContent("y");
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void aBlankNameIsWrongUse() {
    for (String name : List.of("", " ", "x/ ")) {
      assertThatThrownBy(() -> NewFile.create(Path.of(name), 1))
          .isInstanceOfSatisfying(
              UserError.class, e -> assertThat(e.kind()).isEqualTo(UserError.Kind.USAGE));
    }
  }
}
