package io.zaohua.learn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TokenFolderTest {
  private static final List<Message> NOTES = List.of(new Message("three", "三"));

  @TempDir private Path folder;
  private Path text;
  private int encoded;

  @BeforeEach
  void text() throws IOException {
    text = Files.writeString(folder.resolve("text.txt"), "abc");
  }

  private Path training() {
    return folder.resolve("tokens/training.tokens");
  }

  /** Three documents of the numbers from 0 on. */
  private void open(Object... settings) {
    var encoding =
        new TokenFolder(folder.resolve("tokens"), List.of())
            .open(
                List.of(text),
                List.of(settings),
                70_000,
                false,
                (kept, _) -> {
                  encoded++;
                  kept.add(new int[] {0, 1});
                  kept.add(new int[0]);
                  kept.add(IntStream.range(2, 69_000).toArray());
                  return new TokenFolder.Found(NOTES, Optional.empty());
                });
    assertThat(encoding.notes()).isEqualTo(NOTES);
    assertThat(encoding.kept().count()).isEqualTo(2);
    assertThat(encoding.kept().codes(68_990, 10))
        .containsExactly(IntStream.range(68_990, 69_000).toArray());
    encoding.kept().close();
    encoding.held().close();
  }

  @Test
  void whatWasEncodedIsUsedAgain() throws IOException {
    open("a");
    open("a");
    assertThat(encoded).isEqualTo(1);
    try (Stream<Path> left = Files.list(folder.resolve("tokens"))) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder(".lock", "training.tokens", "validation.tokens");
    }
  }

  @Test
  void otherSettingsOrAnotherTextAreEncodedAnew() throws IOException {
    open("a");
    open("b");
    assertThat(encoded).isEqualTo(2);
    Files.writeString(text, "abcd");
    open("b");
    assertThat(encoded).isEqualTo(3);
  }

  @Test
  void aFileThatWasCutShortIsMadeAgain() throws IOException {
    open();
    try (var file = new RandomAccessFile(training().toFile(), "rw")) {
      file.setLength(file.length() - 1);
    }
    open();
    Files.write(training(), new byte[10]);
    open();
    Files.delete(folder.resolve("tokens/validation.tokens"));
    open();
    assertThat(encoded).isEqualTo(4);
  }

  @Test
  void aChangedByteIsFound() throws IOException {
    open();
    long size = Files.size(training());
    for (long at : new long[] {0, size / 2, size - 100, size - 36, size - 1}) {
      try (var file = new RandomAccessFile(training().toFile(), "rw")) {
        file.seek(at);
        int was = file.read();
        file.seek(at);
        file.write(was ^ 1);
      }
      int before = encoded;
      open();
      assertThat(encoded).as("byte %d of %d", at, size).isEqualTo(before + 1);
    }
  }

  @Test
  void aFileCutShortWhileInUseIsOneSentence() throws IOException {
    var encoding =
        new TokenFolder(folder.resolve("tokens"), List.of())
            .open(
                List.of(text),
                List.of(),
                10,
                true,
                (kept, held) -> {
                  kept.add(new int[] {1, 2, 3});
                  return new TokenFolder.Found(List.of(), Optional.empty());
                });
    try (Documents kept = encoding.kept();
        Documents _ = encoding.held();
        var file = new RandomAccessFile(training().toFile(), "rw")) {
      file.setLength(2);
      assertThatThrownBy(() -> kept.codes(0, 3))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("changed, truncated or removed while in use")
          .satisfies(e -> assertThat(((UserError) e).remedy().english()).contains("encoded again"));
    }
  }

  @Test
  void whatAKilledProcessLeftGoes() throws IOException {
    Files.createDirectories(folder.resolve("tokens"));
    Path left = Files.writeString(folder.resolve("tokens/.training.tokens.ab.part"), "half");
    open();
    assertThat(left).doesNotExist();
  }
}
