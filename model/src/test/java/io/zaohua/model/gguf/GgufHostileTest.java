package io.zaohua.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GgufHostileTest {
  private static final int U32 = 4;
  private static final int F32_TENSOR = 0;

  @TempDir Path folder;

  static Stream<Arguments> headers() {
    return Stream.of(
        bad("no GGUF file", new Bytes().text("GGML").zeros(60)),
        bad("no GGUF file", new Bytes().text("GGUF").u32(3)),
        bad("version 1", new Bytes().text("GGUF").u32(1).zeros(60)),
        bad("version 4", new Bytes().text("GGUF").u32(4).zeros(60)),
        bad("version 0", new Bytes().text("GGUF").u32(0).zeros(60)),
        bad("big-endian", new Bytes().text("GGUF").u32(3L << 24).zeros(60)),
        bad("metadata keys", Bytes.header(0, 1L << 60).zeros(60)),
        bad("metadata keys", Bytes.header(0, -1).zeros(60)),
        bad("tensors", Bytes.header(1L << 61, 0).zeros(60)),
        bad("bytes of a name", Bytes.header(0, 1).u64(1L << 62).zeros(60)),
        bad("not UTF-8", Bytes.header(0, 1).u64(1).u8(0xff).u32(U32).u32(1)),
        bad("bytes of a string", Bytes.header(0, 1).string("k").u32(8).u64(1L << 40).zeros(9)),
        bad("no GGUF value type", Bytes.header(0, 1).string("k").u32(13).zeros(9)),
        bad("true (1) or false", Bytes.header(0, 1).string("k").u32(7).u8(2)),
        bad("strings", array().u32(8).u64(1L << 50).zeros(20)),
        bad("bytes of a string", array().u32(8).u64(2).string("a").u64(-5).zeros(20)),
        bad("bytes of a string", array().u32(8).u64(2).string("a").u64(1L << 31).zeros(20)),
        bad("numbers", array().u32(12).u64(1L << 61).zeros(20)),
        bad("numbers", array().u32(12).u64(3).zeros(20)),
        bad("arrays in an array", array().u32(9).u64(1L << 59).zeros(20)),
        bad("nested more than", nestedArrays(200)),
        bad("stands twice", Bytes.header(0, 2).string("k").u32(0).u8(1).string("k").u32(0).u8(1)),
        bad(
            "ends early",
            Bytes.header(0, 2)
                .string("k")
                .u32(0)
                .u8(1)
                .string("j")
                .u32(0)
                .u8(1)
                .string("l")
                .text("")
                .toArray(),
            24 + 14 + 9 + 4),
        bad("general.alignment", alignment(U32).u32(0)),
        bad("general.alignment", alignment(U32).u32(48)),
        bad("general.alignment", alignment(U32).u32(1L << 31)),
        bad("general.alignment", alignment(10).u64(32)),
        bad("5 dimensions", tensor("t").u32(5).zeros(60)),
        bad("dimension of 0", tensor("t").u32(1).u64(0).u32(F32_TENSOR).u64(0).zeros(60)),
        bad(
            "dimension of 18446744073709551615",
            tensor("t").u32(1).u64(-1).u32(F32_TENSOR).u64(0).zeros(60)),
        bad(
            "cannot be stored",
            tensor("t").u32(2).u64(1L << 32).u64(1L << 32).u32(F32_TENSOR).u64(0).zeros(60)),
        bad("cannot be stored", tensor("t").u32(1).u64(33).u32(8).u64(0).zeros(60)),
        bad("type number 4,", tensor("t").u32(1).u64(1).u32(4).u64(0).zeros(60)),
        bad("type number 4294967295", tensor("t").u32(1).u64(1).u32(4294967295L).u64(0).zeros(60)),
        bad(
            "multiple of the alignment",
            tensor("t").u32(1).u64(1).u32(F32_TENSOR).u64(4).zeros(60)),
        bad(
            "multiple of the alignment",
            tensor("t").u32(1).u64(1).u32(F32_TENSOR).u64(-32).zeros(60)),
        bad(
            "past the file's end",
            tensor("t").u32(1).u64(1).u32(F32_TENSOR).u64(1L << 62).zeros(60)),
        bad(
            "past the file's end",
            tensor("t").u32(1).u64(1L << 40).u32(F32_TENSOR).u64(0).zeros(60)),
        bad("the tensor \"t\" stands twice", twoTensors("t", 0)),
        bad("overlap", twoTensors("u", 0)),
        bad("overlap", twoTensors("u", 32)));
  }

  private static Arguments bad(String expected, Bytes bytes) {
    return Arguments.of(expected, bytes.toArray());
  }

  private static Arguments bad(String expected, byte[] bytes, int length) {
    return Arguments.of(expected, java.util.Arrays.copyOf(bytes, length));
  }

  private static Bytes array() {
    return Bytes.header(0, 1).string("k").u32(9);
  }

  private static Bytes alignment(int type) {
    return Bytes.header(0, 1).string("general.alignment").u32(type);
  }

  private static Bytes tensor(String name) {
    return Bytes.header(1, 0).string(name);
  }

  private static Bytes nestedArrays(int depth) {
    var bytes = array();
    for (int i = 0; i < depth; i++) {
      bytes.u32(9).u64(1);
    }
    return bytes.u32(0).u64(0);
  }

  /** Two tensors of 64 bytes, the second {@code offset} bytes after the first. */
  private static Bytes twoTensors(String second, int offset) {
    return Bytes.header(2, 0)
        .string("t")
        .u32(1)
        .u64(16)
        .u32(F32_TENSOR)
        .u64(0)
        .string(second)
        .u32(1)
        .u64(16)
        .u32(F32_TENSOR)
        .u64(offset)
        .zeros(200);
  }

  @ParameterizedTest
  @MethodSource("headers")
  void hostileHeadersAreRefusedInOneSentence(String expected, byte[] bytes) throws IOException {
    var path = Files.write(folder.resolve("m.gguf"), bytes);
    assertThatThrownBy(() -> GgufFile.open(path))
        .isInstanceOfSatisfying(
            UserError.class,
            e -> assertThat(e.fact().english()).contains(expected).doesNotContain("\n"));
  }

  @Test
  void missingFileIsNamed() {
    assertThatThrownBy(() -> GgufFile.open(folder.resolve("absent.gguf")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("absent.gguf does not exist");
  }

  @Test
  void folderIsRefused() {
    assertThatThrownBy(() -> GgufFile.open(folder))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is a folder");
  }

  @Test
  void emptyFileIsRefused() throws IOException {
    var path = Files.createFile(folder.resolve("m.gguf"));
    assertThatThrownBy(() -> GgufFile.open(path)).isInstanceOf(UserError.class);
  }
}
