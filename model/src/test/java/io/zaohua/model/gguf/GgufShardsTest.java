package io.zaohua.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufShardsTest {
  @TempDir Path folder;
  Path whole;

  @BeforeEach
  void write() {
    whole = Samples.write(folder.resolve("whole.gguf"), Samples.metadata(100), Samples.tensors());
  }

  private List<Path> split(GgufShards.Limit limit) {
    return GgufShards.split(whole, folder.resolve("part"), limit);
  }

  @Test
  void joiningWhatWasSplitGivesTheSameBytes() {
    var shards = split(GgufShards.Limit.bytes(1000));
    var joined = folder.resolve("joined.gguf");
    GgufShards.join(shards.getFirst(), joined);
    assertThat(shards).hasSizeGreaterThan(2);
    assertThat(joined).hasSameBinaryContentAs(whole);
  }

  @Test
  void shardsAreNamedByNumberAndCount() {
    int count = Samples.tensors().size();
    assertThat(split(GgufShards.Limit.tensors(count - 1)))
        .containsExactly(
            folder.resolve("part-00001-of-00002.gguf"), folder.resolve("part-00002-of-00002.gguf"));
  }

  @Test
  void anyShardOpensTheWholeModel() {
    var shards = split(GgufShards.Limit.tensors(10));
    try (var file = GgufFile.open(shards.getLast())) {
      assertThat(file.tensors()).isEqualTo(Samples.tensors());
      assertThat(file.paths()).isEqualTo(shards);
      assertThat(file.metadata().string("general.architecture")).contains("llama");
      for (var tensor : file.tensors()) {
        assertThat(Samples.bytes(file, tensor)).isEqualTo(Samples.bytes(tensor));
      }
    }
  }

  @Test
  void alignmentHoldsInEveryShard() {
    var metadata = Samples.metadata(3).with("general.alignment", GgufValue.u32(128));
    Samples.write(whole, metadata, Samples.tensors());
    var shards = split(GgufShards.Limit.tensors(10));
    try (var file = GgufFile.open(shards.getFirst())) {
      var last = file.tensors().getLast();
      assertThat(Samples.bytes(file, last)).isEqualTo(Samples.bytes(last));
    }
    assertThat(shards.getLast().toFile().length() % 128).isZero();
  }

  @Test
  void missingShardIsNamed() throws IOException {
    var shards = split(GgufShards.Limit.tensors(10));
    Files.delete(shards.get(1));
    assertThatThrownBy(() -> GgufFile.open(shards.getFirst()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("part-00002-of-");
  }

  @Test
  void shardUnderAnotherNameIsRefused() throws IOException {
    var shards = split(GgufShards.Limit.tensors(10));
    var renamed = Files.move(shards.getFirst(), folder.resolve("model.gguf"));
    assertThatThrownBy(() -> GgufFile.open(renamed))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("-00001-of-");
  }

  @Test
  void shardOfAnotherSplitIsRefused() throws IOException {
    var shards = split(GgufShards.Limit.tensors(10));
    Files.copy(whole, shards.get(1), StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> GgufFile.open(shards.getFirst()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("not shard 2");
  }

  @Test
  void sameTensorInTwoShardsIsRefused() throws IOException {
    int count = Samples.tensors().size();
    var shards = split(GgufShards.Limit.tensors(count - 1));
    var first = GgufWriter.of(shard(0), Samples.tensors().subList(0, 16));
    first.write(shards.get(0), Samples.source());
    GgufWriter.of(shard(1), Samples.tensors().subList(0, count - 16))
        .write(shards.get(1), Samples.source());
    assertThatThrownBy(() -> GgufFile.open(shards.getFirst()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("another shard");
  }

  private static Metadata shard(int number) {
    return Metadata.EMPTY
        .with("split.no", GgufValue.u16(number))
        .with("split.count", GgufValue.u16(2))
        .with("split.tensors.count", GgufValue.i32(Samples.tensors().size()));
  }

  @Test
  void brokenOffSplitLeavesNothingBehind() throws IOException {
    var writer = GgufWriter.of(Samples.metadata(3), Samples.tensors());
    var last = Samples.tensors().getLast();
    var base = folder.resolve("out").resolve("part");
    assertThatThrownBy(
            () ->
                GgufShards.write(
                    writer,
                    base,
                    GgufShards.Limit.tensors(4),
                    (tensor, sink) -> {
                      if (tensor.equals(last)) {
                        throw new IllegalArgumentException("stop");
                      }
                      Samples.source().write(tensor, sink);
                    }))
        .hasMessage("stop");
    try (var left = Files.list(folder.resolve("out"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void limitsThatHoldNothingAreRefused() {
    assertThatThrownBy(() -> GgufShards.Limit.bytes(0)).isInstanceOf(UserError.class);
  }
}
