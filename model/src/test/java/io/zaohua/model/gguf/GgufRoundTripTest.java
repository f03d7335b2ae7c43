package io.zaohua.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorSource;
import io.zaohua.model.file.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufRoundTripTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void readingAndWritingGivesTheSameBytes(int version) {
    var first = folder.resolve("first.gguf");
    var second = folder.resolve("second.gguf");
    new GgufWriter(version, Samples.metadata(1000), Samples.tensors())
        .write(first, Samples.source());
    try (var file = GgufFile.open(first)) {
      new GgufWriter(file.version(), file.metadata(), file.tensors())
          .write(second, TensorSource.of(file));
    }
    assertThat(second).hasSameBinaryContentAs(first);
  }

  @Test
  void everyMetadataTypeComesBackAsItWas() {
    var path = Samples.write(folder.resolve("m.gguf"), Samples.metadata(1000), List.of());
    try (var file = GgufFile.open(path)) {
      assertThat(file.metadata()).isEqualTo(Samples.metadata(1000));
      assertThat(file.metadata().values().keySet())
          .containsExactlyElementsOf(Samples.metadata(1000).values().keySet());
    }
  }

  @Test
  void everyTensorTypeComesBackAsItWas() {
    var path = Samples.write(folder.resolve("m.gguf"), Metadata.EMPTY, Samples.tensors());
    try (var file = GgufFile.open(path)) {
      assertThat(file.tensors()).isEqualTo(Samples.tensors());
      for (var tensor : file.tensors()) {
        assertThat(Samples.bytes(file, tensor)).isEqualTo(Samples.bytes(tensor));
      }
    }
  }

  @Test
  void tensorsStartAtTheAlignmentOfTheMetadata() {
    var metadata = Metadata.EMPTY.with("general.alignment", GgufValue.u32(256));
    var path = Samples.write(folder.resolve("m.gguf"), metadata, Samples.tensors());
    try (var file = GgufFile.open(path)) {
      assertThat(file.alignment()).isEqualTo(256);
      var last = file.tensors().getLast();
      assertThat(Samples.bytes(file, last)).isEqualTo(Samples.bytes(last));
    }
    assertThat(path.toFile().length() % 256).isZero();
  }

  @Test
  void vocabularyLargerThanTheReadWindowComesBack() {
    var path = Samples.write(folder.resolve("m.gguf"), Samples.metadata(60_000), List.of());
    try (var file = GgufFile.open(path)) {
      assertThat(file.metadata().strings("tokenizer.ggml.tokens"))
          .hasSize(60_000)
          .contains("token0", "token31234", "token59999");
    }
  }

  @Test
  void oneStringLargerThanTheReadWindowComesBack() {
    var metadata = Metadata.EMPTY.with("chat", GgufValue.text("é".repeat(400_000)));
    var path = Samples.write(folder.resolve("m.gguf"), metadata, List.of());
    try (var file = GgufFile.open(path)) {
      assertThat(file.metadata()).isEqualTo(metadata);
    }
  }

  @Test
  void readsIntoFloatsAndNativeMemoryAtAnOffset() {
    var info = new TensorInfo("w", TensorType.F32, List.of(4L, 4L));
    var path = Samples.write(folder.resolve("m.gguf"), Metadata.EMPTY, List.of(info));
    try (var file = GgufFile.open(path);
        var arena = Arena.ofConfined()) {
      float[] heap = new float[8];
      file.read(info, 32, MemorySegment.ofArray(heap));
      var direct = arena.allocate(32);
      file.read(info, 32, direct);
      var expected = MemorySegment.ofArray(Samples.bytes(info)).asSlice(32);
      assertThat(direct.mismatch(expected)).isEqualTo(-1);
      assertThat(MemorySegment.ofArray(heap).mismatch(expected)).isEqualTo(-1);
    }
  }

  @Test
  void weightsThatAreNoNumbersAreData() {
    var info = new TensorInfo("w", TensorType.F32, List.of(2L));
    var path = folder.resolve("m.gguf");
    GgufWriter.of(Metadata.EMPTY, List.of(info))
        .write(path, (t, sink) -> sink.accept(MemorySegment.ofArray(new float[] {Float.NaN, 1})));
    try (var file = GgufFile.open(path)) {
      float[] read = new float[2];
      file.read(info, 0, MemorySegment.ofArray(read));
      assertThat(read).containsExactly(Float.NaN, 1);
    }
  }

  @Test
  void typedGettersAreEmptyWithoutTheKey() {
    assertThat(Metadata.EMPTY.string("k")).isEmpty();
    assertThat(Metadata.EMPTY.integer("k")).isEmpty();
    assertThat(Metadata.EMPTY.number("k")).isEmpty();
    assertThat(Metadata.EMPTY.bool("k")).isEmpty();
    assertThat(Metadata.EMPTY.strings("k")).isEmpty();
    assertThat(Metadata.EMPTY.floats("k")).isEmpty();
    assertThat(Metadata.EMPTY.ints("k")).isEmpty();
  }

  @Test
  void typedGettersConvertWithinTheirKind() {
    var metadata = Samples.metadata(3);
    assertThat(metadata.integer("u32")).contains(4_000_000_000L);
    assertThat(metadata.number("i8")).contains(-100.0);
    assertThat(metadata.number("u64")).contains(18446744073709551616.0);
    assertThat(metadata.bool("yes")).contains(true);
    assertThat(metadata.ints("array.U8")).containsExactly(1, 0, 1);
    assertThat(metadata.floats("array.I16")).containsExactly(1, 0, 1);
  }

  @Test
  void typedGettersRefuseAnotherKind() {
    var metadata = Samples.metadata(3);
    assertThatThrownBy(() -> metadata.integer("text"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("has type TEXT");
    assertThatThrownBy(() -> metadata.integer("u64")).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> metadata.strings("array.F32")).isInstanceOf(UserError.class);
  }

  @Test
  void brokenOffWritingLeavesNothingBehind() throws IOException {
    var path = folder.resolve("m.gguf");
    var writer = GgufWriter.of(Samples.metadata(3), Samples.tensors());
    assertThatThrownBy(
            () ->
                writer.write(
                    path,
                    (tensor, sink) -> {
                      throw new IllegalArgumentException("stop");
                    }))
        .hasMessage("stop");
    try (var left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void writingOverAnOlderFileReplacesItOnlyAtTheEnd() {
    var path = Samples.write(folder.resolve("m.gguf"), Samples.metadata(3), Samples.tensors());
    var metadata = Metadata.EMPTY.with("new", GgufValue.u8(1));
    try (var old = GgufFile.open(path)) {
      GgufWriter.of(metadata, old.tensors()).write(path, TensorSource.of(old));
    }
    try (var file = GgufFile.open(path)) {
      assertThat(file.metadata()).isEqualTo(metadata);
      assertThat(file.tensors()).hasSameSizeAs(Samples.tensors());
    }
  }

  @Test
  void moreThanTheDiskHoldsIsRefusedBeforeWriting() throws IOException {
    var huge = new TensorInfo("w", TensorType.F32, List.of(1L << 30, 1L << 30));
    var writer = GgufWriter.of(Metadata.EMPTY, List.of(huge));
    assertThatThrownBy(() -> writer.write(folder.resolve("m.gguf"), Samples.source()))
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.kind()).isEqualTo(UserError.Kind.CAPACITY));
    try (var left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void typesThatGgufLacksAreRefused() {
    var tensor = new TensorInfo("w", TensorType.F8_E4M3, List.of(2L));
    assertThatThrownBy(() -> GgufWriter.of(Metadata.EMPTY, List.of(tensor)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("F8_E4M3");
  }

  @Test
  void headerIsWhatTheFormatSays() {
    var info = new TensorInfo("w", TensorType.F16, List.of(2L, 3L));
    var metadata = Metadata.EMPTY.with("k", GgufValue.u16(7));
    var path = Samples.write(folder.resolve("m.gguf"), metadata, List.of(info));
    var bytes = MemorySegment.ofArray(Samples.content(path));
    var expected =
        new Bytes()
            .text("GGUF")
            .u32(3)
            .u64(1)
            .u64(1)
            .string("k")
            .u32(2)
            .u16(7)
            .string("w")
            .u32(2)
            .u64(3)
            .u64(2)
            .u32(1)
            .u64(0)
            .toArray();
    assertThat(bytes.asSlice(0, expected.length).toArray(ValueLayout.JAVA_BYTE))
        .isEqualTo(expected);
    assertThat(bytes.byteSize()).isEqualTo(96 + 32);
  }
}
