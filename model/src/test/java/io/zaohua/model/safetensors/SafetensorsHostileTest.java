package io.zaohua.model.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsHostileTest {
  private static final int DATA = 16;

  @TempDir Path folder;

  private Path write(long claimed, byte[] header, int data) throws IOException {
    var out = new ByteArrayOutputStream();
    out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(claimed).array());
    out.writeBytes(header);
    out.writeBytes(new byte[data]);
    return Files.write(folder.resolve("m.safetensors"), out.toByteArray());
  }

  private Path write(String header, Charset charset) throws IOException {
    byte[] bytes = header.getBytes(charset);
    return write(bytes.length, bytes, DATA);
  }

  private static void assertRefused(Path path, String expected) {
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOfSatisfying(
            UserError.class,
            e -> assertThat(e.fact().english()).contains(expected).doesNotContain("\n"));
  }

  private static String tensor(String name, String dtype, String shape, String offsets) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}"
        .formatted(name, dtype, shape, offsets);
  }

  private static Arguments bad(String expected, String... entries) {
    return Arguments.of(expected, "{" + String.join(",", entries) + "}");
  }

  static Stream<Arguments> headers() {
    String good = tensor("a", "F32", "[2]", "[0,8]");
    return Stream.of(
        bad("overlaps", good, tensor("b", "F32", "[3]", "[4,16]")),
        bad("overlaps", good, tensor("b", "F32", "[2]", "[0,8]")),
        bad("a hole", good, tensor("b", "F32", "[1]", "[12,16]")),
        bad("belong to none", good),
        bad("belong to none"),
        bad("the file has 16 of data", good, tensor("b", "F32", "[3]", "[8,20]")),
        bad(
            "the file has 16 of data",
            tensor("a", "U8", "[9223372036854775807]", "[0,9223372036854775807]")),
        bad("claims bytes 8 to 0", tensor("a", "F32", "[2]", "[8,0]")),
        bad("by its shape", good, tensor("b", "F32", "[3]", "[8,16]")),
        bad("larger than any file", tensor("a", "F32", "[4294967296,4294967296]", "[0,16]")),
        bad("larger than any file", tensor("a", "F64", "[9223372036854775807]", "[0,16]")),
        bad("\"a\" stands twice", good, tensor("a", "F32", "[2]", "[8,16]")),
        bad("\"__metadata__\" stands twice", "\"__metadata__\":{}", "\"__metadata__\":{}"),
        bad("metadata key \"k\" stands twice", "\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}"),
        bad("not the JSON of safetensors", "\"__metadata__\":{\"k\":1}"),
        bad("not the JSON of safetensors", "\"__metadata__\":[]"),
        bad("not the JSON of safetensors", "\"a\":1"),
        bad("not the JSON of safetensors", tensor("a", "F32", "[-4]", "[0,16]")),
        bad("not the JSON of safetensors", tensor("a", "F32", "[4.0]", "[0,16]")),
        bad("not the JSON of safetensors", tensor("a", "F32", "[[4]]", "[0,16]")),
        bad("not the JSON of safetensors", tensor("a", "F32", "[4]", "[0,16]") + "}{"),
        bad("not the JSON of safetensors", "\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}"),
        bad("lacks a dtype", tensor("a", "F32", "[4]", "[0,16,16]")),
        bad("lacks a dtype", "\"a\":{}"),
        bad("unknown field \"size\"", "\"a\":{\"size\":4}"),
        bad("dtype \"Q4_0\"", tensor("a", "Q4_0", "[4]", "[0,16]")),
        bad("no valid JSON", tensor("a", "F32", "[99999999999999999999]", "[0,16]")),
        bad("no valid JSON", good + ",,"),
        bad("no valid JSON", "\"a\":{\"shape\":[1"));
  }

  @ParameterizedTest
  @MethodSource("headers")
  void hostileHeadersAreRefusedInOneSentence(String expected, String header) throws IOException {
    assertRefused(write(header, StandardCharsets.UTF_8), expected);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 1000, 1L << 31, 1L << 62, Long.MIN_VALUE, -1})
  void headerLengthsThatCannotBeAreRefused(long claimed) throws IOException {
    assertRefused(write(claimed, "{}".getBytes(StandardCharsets.UTF_8), 0), "the header claims");
  }

  @Test
  void shortestFileIsRefused() throws IOException {
    assertRefused(Files.write(folder.resolve("m.safetensors"), new byte[7]), "at least 8 bytes");
  }

  @Test
  void emptyModelIsRead() throws IOException {
    try (var file = SafetensorsFile.open(write(2, "{}".getBytes(StandardCharsets.UTF_8), 0))) {
      assertThat(file.tensors()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE"})
  void otherEncodingsAreRefused(String charset) throws IOException {
    var path = write("{\"__metadata__\":{}}", Charset.forName(charset));
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(UserError.class)
        .hasMessageMatching("(?s).*(does not start|no valid JSON).*");
  }

  @Test
  void bytesThatAreNoUtf8AreRefused() throws IOException {
    assertRefused(write("{\"__metadata__\":{\"k\":\"ÿ\"}}", StandardCharsets.ISO_8859_1), "UTF-8");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|this is no index",
        "[]|this is no index",
        "{\"weight_map\":{}}|this is no index",
        "{\"weight_map\":{\"a\":1}}|this is no index",
        "{\"weight_map\":{\"a\":\"../m.safetensors\"}}|same folder",
        "{\"weight_map\":{\"a\":\"/etc/m.safetensors\"}}|same folder",
        "{\"weight_map\":{\"a\":\"passwd\"}}|same folder",
        "{\"weight_map\":{\"a\":\"m.safetensors\",\"a\":\"n.safetensors\"}}|stands twice",
        "{\"weight_map\":{\"a\":\"m.safetensors\"}}|does not exist",
        "{\"weight_map\":|no valid JSON",
      })
  void hostileIndexesAreRefusedInOneSentence(String json, String expected) throws IOException {
    assertRefused(
        Files.writeString(folder.resolve("model.safetensors.index.json"), json), expected);
  }
}
