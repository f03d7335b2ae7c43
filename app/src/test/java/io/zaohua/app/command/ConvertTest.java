package io.zaohua.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.app.Run;
import io.zaohua.app.TinyCheckpoint;
import io.zaohua.model.gguf.GgufFile;
import io.zaohua.model.gguf.GgufShards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shards of a GGUF model, made and joined by the command. */
final class ConvertTest {
  @TempDir private Path folder;
  private Path whole = Path.of("");

  @BeforeEach
  void write() {
    whole = TinyCheckpoint.write(folder, 3);
  }

  /** Shards of at most 10,000 tensor bytes: the command's own unit, a megabyte, is too large. */
  private List<Path> shards() {
    return GgufShards.split(whole, folder.resolve("cut"), GgufShards.Limit.bytes(10_000));
  }

  private Path joined() {
    return folder.resolve("joined.gguf");
  }

  @Test
  void anyShardIsJoinedToTheWholeModel() throws IOException {
    List<Path> shards = shards();
    assertThat(shards.size()).isGreaterThan(3);

    Run run = Run.of("convert", shards.get(2).toString(), joined().toString(), "--join");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo(joined() + "\n");
    assertThat(joined()).hasSameBinaryContentAs(whole);
  }

  @Test
  void splitPrintsTheShardsItWrote() {
    Run run =
        Run.of("convert", whole.toString(), folder.resolve("part.gguf").toString(), "--split", "1");

    assertThat(run.code()).as(run.err()).isZero();
    List<String> written = run.out().lines().toList();
    assertThat(written).containsExactly(folder.resolve("part-00001-of-00001.gguf").toString());
    try (GgufFile shard = GgufFile.open(Path.of(written.getFirst()));
        GgufFile one = GgufFile.open(whole)) {
      assertThat(shard.tensors()).hasSameSizeAs(one.tensors());
    }
  }

  @Test
  void aMissingShardIsNamedAndNothingIsWritten() throws IOException {
    List<Path> shards = shards();
    Files.delete(shards.get(1));

    Run run = Run.of("convert", shards.getFirst().toString(), joined().toString(), "--join");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains(String.valueOf(shards.get(1).getFileName()));
    assertThat(run.err().lines()).hasSize(1);
    assertThat(joined()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "out.gguf --join --split 5",
        "out.gguf --join --type f16",
        "folder --join",
        "folder --split 5",
        "out.gguf --split 0",
        "out.gguf --split -3"
      })
  void whatCannotBeMeantIsWrongUse(String arguments) {
    String[] words = ("convert " + whole + " " + folder.resolve("x-") + arguments).split(" ");

    Run run = Run.of(words);

    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.out()).isEmpty();
  }
}
