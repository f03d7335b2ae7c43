package io.zaohua.model.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorSource;
import io.zaohua.model.file.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsRoundTripTest {
  private static final Map<String, String> METADATA = Map.of("format", "pt", "说明", "\"造化\"\n");

  @TempDir Path folder;

  /** One tensor of every type, odd sizes, a scalar and an empty one. */
  static List<TensorInfo> tensors() {
    var tensors = new ArrayList<TensorInfo>();
    for (var type : DType.ALL) {
      tensors.add(new TensorInfo("layer." + type, type, List.of(3L, 5L)));
    }
    tensors.add(new TensorInfo("scalar", TensorType.F32, List.of()));
    tensors.add(new TensorInfo("empty", TensorType.F16, List.of(2L, 0L)));
    return tensors;
  }

  static byte[] bytes(TensorInfo tensor) {
    var bytes = new byte[(int) tensor.bytes()];
    new Random(tensor.name().hashCode()).nextBytes(bytes);
    return bytes;
  }

  static TensorSource source() {
    return (tensor, sink) -> sink.accept(MemorySegment.ofArray(bytes(tensor)));
  }

  static void assertHoldsAll(TensorFile file) {
    assertThat(file.tensors()).containsExactlyInAnyOrderElementsOf(tensors());
    for (var tensor : tensors()) {
      var bytes = new byte[(int) tensor.bytes()];
      file.read(file.find(tensor.name()).orElseThrow(), 0, MemorySegment.ofArray(bytes));
      assertThat(bytes).isEqualTo(bytes(tensor));
    }
  }

  @Test
  void everyTypeComesBackAsItWas() {
    var path = folder.resolve("m.safetensors");
    new SafetensorsWriter(METADATA, tensors()).write(path, source());
    try (var file = SafetensorsFile.open(path)) {
      assertHoldsAll(file);
      assertThat(file.metadata()).isEqualTo(METADATA);
    }
  }

  @Test
  void readingAndWritingGivesTheSameBytes() {
    var first = folder.resolve("first.safetensors");
    var second = folder.resolve("second.safetensors");
    new SafetensorsWriter(METADATA, tensors()).write(first, source());
    try (var file = SafetensorsFile.open(first)) {
      new SafetensorsWriter(file.metadata(), file.tensors()).write(second, TensorSource.of(file));
    }
    assertThat(second).hasSameBinaryContentAs(first);
  }

  @Test
  void tensorsStartAtMultiplesOfTheirElements() throws IOException {
    var path = folder.resolve("m.safetensors");
    new SafetensorsWriter(METADATA, tensors()).write(path, source());
    var bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.getLong(0) % 8).isZero();
    assertThat(new SafetensorsWriter(METADATA, tensors()).tensors())
        .isSortedAccordingTo(
            (a, b) -> Integer.compare(b.type().blockBytes(), a.type().blockBytes()));
  }

  @Test
  void shardsComeBackThroughTheFolderAndTheIndex() {
    var paths = new SafetensorsWriter(METADATA, tensors()).write(folder, 200, source());
    assertThat(paths.getLast()).hasFileName("model.safetensors.index.json");
    assertThat(paths.getFirst().getFileName().toString()).startsWith("model-00001-of-0000");
    for (var way : List.of(folder, paths.getLast())) {
      try (var file = SafetensorsFile.open(way)) {
        assertHoldsAll(file);
        assertThat(file.paths()).isEqualTo(paths.subList(0, paths.size() - 1));
      }
    }
  }

  @Test
  void whatFitsStaysOneFile() {
    var paths = new SafetensorsWriter(METADATA, tensors()).write(folder, 1 << 20, source());
    assertThat(paths).containsExactly(folder.resolve("model.safetensors"));
    try (var file = SafetensorsFile.open(folder)) {
      assertHoldsAll(file);
    }
  }

  /** Else the folder would go on giving the other model. */
  @Test
  void anIndexOfAnotherModelIsNotHidden() {
    new SafetensorsWriter(METADATA, tensors()).write(folder, 200, source());
    var single = new SafetensorsWriter(METADATA, tensors());
    assertThatThrownBy(() -> single.write(folder, 1 << 20, source()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("another model's");
    assertThat(folder.resolve("model.safetensors")).doesNotExist();
  }

  @Test
  void missingShardIsNamed() throws IOException {
    var paths = new SafetensorsWriter(METADATA, tensors()).write(folder, 200, source());
    Files.delete(paths.get(1));
    assertThatThrownBy(() -> SafetensorsFile.open(folder))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("model-00002-of-");
  }

  @Test
  void tensorMissingFromItsShardIsNamed() {
    var paths = new SafetensorsWriter(METADATA, tensors()).write(folder, 200, source());
    new SafetensorsWriter(METADATA, List.of()).write(paths.getFirst(), source());
    assertThatThrownBy(() -> SafetensorsFile.open(folder))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("missing");
  }

  @Test
  void folderWithoutWeightsIsRefused() {
    assertThatThrownBy(() -> SafetensorsFile.open(folder))
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.kind()).isEqualTo(UserError.Kind.NOT_FOUND));
  }

  @Test
  void quantizedTypesAreRefused() {
    var tensor = new TensorInfo("w", TensorType.Q4_0, List.of(32L));
    assertThatThrownBy(() -> new SafetensorsWriter(Map.of(), List.of(tensor)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Q4_0");
  }

  @Test
  void brokenOffWritingLeavesNothingBehind() throws IOException {
    var writer = new SafetensorsWriter(METADATA, tensors());
    assertThatThrownBy(
            () ->
                writer.write(
                    folder,
                    200,
                    (tensor, sink) -> {
                      if (tensor.name().equals("layer.BOOL")) {
                        throw new IllegalArgumentException("stop");
                      }
                      source().write(tensor, sink);
                    }))
        .hasMessage("stop");
    try (var left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void headerIsWhatTheFormatSays() throws IOException {
    var path = folder.resolve("m.safetensors");
    var tensor = new TensorInfo("w", TensorType.BF16, List.of(1L, 2L));
    new SafetensorsWriter(Map.of(), List.of(tensor)).write(path, source());
    var json = "{\"w\":{\"dtype\":\"BF16\",\"shape\":[1,2],\"data_offsets\":[0,4]}}";
    String padded = json + " ".repeat(Math.floorMod(-json.length(), 8));
    var bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.getLong()).isEqualTo(padded.length());
    var header = new byte[padded.length()];
    bytes.get(header);
    assertThat(new String(header, StandardCharsets.UTF_8)).isEqualTo(padded);
    assertThat(bytes.remaining()).isEqualTo(4);
  }
}
