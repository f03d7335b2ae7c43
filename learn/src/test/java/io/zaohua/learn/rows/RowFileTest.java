package io.zaohua.learn.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RowFileTest {
  @TempDir private Path folder;

  /** Rows as {@code line {json}}, broken ones as {@code line !reason}. */
  private List<String> read(String name, byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve(name), bytes);
    List<String> seen = new ArrayList<>();
    RowFile.of(file).orElseThrow().read(file, new Seen(seen));
    return seen;
  }

  private record Seen(List<String> seen) implements RowFile.Listener {
    @Override
    public void row(Row row) {
      seen.add(row.place().line() + " " + row.value());
    }

    @Override
    public void broken(Row.Place place, Message reason) {
      seen.add(place.line() + " !" + reason.english());
    }
  }

  private List<String> read(String name, String text) throws IOException {
    return read(name, text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void linesAreCountedAndBrokenOnesNamed() throws IOException {
    assertThat(read("a.jsonl", "\ufeff{\"a\":1}\r\n\n{\"a\":\n[1]\n{\"a\":2} x\n{\"a\":3}"))
        .satisfiesExactly(
            s -> assertThat(s).isEqualTo("1 {\"a\":1}"),
            s -> assertThat(s).isEqualTo("2 !The line is empty."),
            s -> assertThat(s).startsWith("3 !The line is not JSON at column 6"),
            s -> assertThat(s).isEqualTo("4 !A JSON object was expected, not ARRAY."),
            s -> assertThat(s).startsWith("5 !The line is not JSON at column"),
            s -> assertThat(s).isEqualTo("6 {\"a\":3}"));
  }

  @Test
  void bytesThatAreNoTextAreNamedAndReadingGoesOn() throws IOException {
    byte[] bytes = "{\"a\":\"?\"}\n{}".getBytes(StandardCharsets.UTF_8);
    bytes[6] = (byte) 0xff;
    assertThat(read("a.jsonl", bytes)).containsExactly("1 !The line is not UTF-8.", "2 {}");
  }

  @Test
  void anArrayOfObjects() throws IOException {
    assertThat(read("a.json", "[\n{\"a\":1},\n{\"a\":2}\n]"))
        .containsExactly("2 {\"a\":1}", "3 {\"a\":2}");
    assertThat(read("a.json", "[\n{\"a\":1},\n{\"a\":\n"))
        .satisfiesExactly(
            s -> assertThat(s).isEqualTo("2 {\"a\":1}"),
            s -> assertThat(s).contains("!The line is not JSON"));
    assertThat(read("a.json", "{\"a\":1}\n{\"a\":2}")).hasSize(2);
  }

  @Test
  void tablesHaveTheirNamesInTheFirstLine() throws IOException {
    assertThat(read("a.csv", "prompt,completion\np,\"c, \"\"q\"\"\nd\"\nx,y\n"))
        .satisfiesExactly(
            s -> assertThat(s).endsWith("{\"prompt\":\"p\",\"completion\":\"c, \\\"q\\\"\\nd\"}"),
            s -> assertThat(s).endsWith("{\"prompt\":\"x\",\"completion\":\"y\"}"));
    assertThat(read("a.tsv", "a\tb\n1\t2\n")).singleElement().asString().endsWith("\"b\":\"2\"}");
    assertThat(read("a.csv", "a,b\n1\n2,3\n"))
        .satisfiesExactly(
            s -> assertThat(s).contains("!The row does not fit the first line (too few values)."),
            s -> assertThat(s).endsWith("{\"a\":\"2\",\"b\":\"3\"}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"chat.parquet", "chat_zstd.parquet"}) // snappy, zstandard; by pyarrow
  void parquetHasStructuresAndLists(String name) throws IOException {
    try (var in = RowFileTest.class.getResourceAsStream("/rows/" + name)) {
      assertThat(read("a.parquet", in.readAllBytes()))
          .containsExactly(
              "1 {\"messages\":[{\"role\":\"user\",\"content\":\"你好\"},"
                  + "{\"role\":\"assistant\",\"content\":\"yo\"}],\"score\":0.5,\"id\":7}",
              "2 {\"messages\":[{\"role\":\"user\",\"content\":null}],\"score\":null,\"id\":8}");
    }
  }

  @Test
  void aParquetFileThatIsNoneIsOneSentence() {
    assertThatThrownBy(() -> read("a.parquet", "PAR1 and then nothing"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a.parquet is no whole Parquet file");
  }

  /** Some of these let the library turn round for ever. */
  @Test
  void whateverBytesAParquetFileHasItIsOneSentence() throws IOException {
    byte[] good;
    try (var in = RowFileTest.class.getResourceAsStream("/rows/chat.parquet")) {
      good = in.readAllBytes();
    }
    Random random = new Random(7);
    int refused = 0;
    for (int i = 0; i < 40; i++) {
      byte[] bytes = good.clone();
      for (int n = 0; n <= i % 3; n++) {
        bytes[4 + random.nextInt(bytes.length - 8)] = (byte) random.nextInt(256);
      }
      Path file = Files.write(folder.resolve("a.parquet"), bytes);
      try {
        ParquetRows.read(file, new Seen(new ArrayList<>()), Duration.ofMillis(400));
      } catch (UserError e) {
        assertThat(e).hasMessageContaining("a.parquet is no whole Parquet file");
        refused++;
      }
    }
    assertThat(refused).isPositive();
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void aStepWithoutEndIsLost() {
    try (var patience = new Patience(Duration.ofMillis(20))) {
      assertThatThrownBy(
              () ->
                  patience.take(
                      () -> {
                        while (!Thread.currentThread().isInterrupted()) {
                          Thread.onSpinWait();
                        }
                        return "as if nothing had happened";
                      }))
          .isInstanceOf(Patience.Lost.class);
      assertThat(patience.lost()).isTrue();
    }
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void aTableMayBeginWithTheMarkThatSpreadsheetsWrite() throws IOException {
    assertThat(read("a.csv", "\ufeffa,b\n1,2\n"))
        .singleElement()
        .asString()
        .endsWith("{\"a\":\"1\",\"b\":\"2\"}");
    assertThatThrownBy(() -> read("a.csv", "")).hasMessageContaining("line of column names");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\": [1,          | it ends too early",
        "{} {}                | something follows the object",
        "{\"a\": NaN}         | the word NaN is unknown",
        "{\"a\": some}        | the word some is unknown",
        "{\"a\": }            | } was not expected",
      })
  void faultsAreToldInPlainWords(String line, String told) throws IOException {
    assertThat(read("a.jsonl", line))
        .singleElement()
        .asString()
        .contains(told)
        .doesNotContain("Stream", "fasterxml", "Feature");
  }

  @Test
  void depthAndLengthHaveAnEnd() throws IOException {
    assertThat(read("a.jsonl", "{\"a\":" + "[".repeat(2000)))
        .singleElement()
        .asString()
        .contains("deeper than 1000");
    assertThat(read("a.jsonl", "{\"a\":\"" + "x".repeat(64_000_000) + "\"}\n{}"))
        .satisfiesExactly(
            s -> assertThat(s).contains("The line has 64,000,008 bytes"),
            s -> assertThat(s).isEqualTo("2 {}"));
  }
}
