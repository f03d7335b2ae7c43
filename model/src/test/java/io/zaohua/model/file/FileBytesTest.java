package io.zaohua.model.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileBytesTest {
  @TempDir Path folder;
  Path path;
  FileBytes file;
  byte[] target = new byte[10];

  @BeforeEach
  void open() throws IOException {
    path = Files.write(folder.resolve("weights"), new byte[100]);
    file = FileBytes.open(path);
  }

  @AfterEach
  void close() {
    file.close();
  }

  @Test
  void aDeviceIsNoFile() {
    assertThatThrownBy(() -> FileBytes.open(Path.of("/dev/null")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("pipe or a device");
  }

  private void assertChangeIsNoticed(long position) {
    assertThatThrownBy(() -> file.read(position, MemorySegment.ofArray(target)))
        .isInstanceOfSatisfying(
            UserError.class,
            e -> {
              assertThat(e.kind()).isEqualTo(UserError.Kind.IO);
              assertThat(e.fact().english()).contains("changed, truncated or removed");
            });
  }

  @Test
  void truncationIsNoticedPastTheNewEnd() throws IOException {
    Files.write(path, new byte[50]);
    assertChangeIsNoticed(80);
  }

  @Test
  void truncationIsNoticedBeforeTheNewEnd() throws IOException {
    Files.write(path, new byte[50]);
    assertChangeIsNoticed(0);
  }

  @Test
  void growthIsNoticed() throws IOException {
    Files.write(path, new byte[1], StandardOpenOption.APPEND);
    assertChangeIsNoticed(0);
  }

  @Test
  void replacementOfTheSameSizeIsNoticed() throws IOException {
    var other = Files.write(folder.resolve("other"), new byte[100]);
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(path));
    Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
    assertChangeIsNoticed(0);
  }

  @Test
  void removalIsNoticed() throws IOException {
    Files.delete(path);
    assertChangeIsNoticed(0);
  }

  @Test
  void anInterruptedReaderDoesNotStopTheOthers() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> file.read(0, MemorySegment.ofArray(target)))
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.kind()).isEqualTo(UserError.Kind.INTERRUPTED));
    assertThat(Thread.interrupted()).isTrue();
    target[0] = 7;
    file.read(0, MemorySegment.ofArray(target));
    assertThat(target).containsOnly(0);
  }

  @Test
  void aClosedFileIsNotReopened() {
    file.close();
    assertThatThrownBy(() -> file.read(0, MemorySegment.ofArray(target)))
        .isInstanceOf(UserError.class);
  }

  @Test
  void namesOfAnyLengthAndKindAreShownOnOneLine() {
    assertThat(FileBytes.shown("a\nb\0" + "x".repeat(1000))).hasSize(83).doesNotContain("\n");
  }
}
