package io.zaohua.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.app.Run;
import io.zaohua.app.TinyCheckpoint;
import io.zaohua.app.terminal.Console;
import io.zaohua.model.file.TensorSource;
import io.zaohua.model.gguf.GgufFile;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.GgufWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What generate does with its options, on a model of letters. */
final class GenerateTest {
  @TempDir private static Path folder;
  private static String model = "";

  @BeforeAll
  static void write() {
    model = TinyCheckpoint.write(folder, 5).toString();
  }

  private static Run run(String... options) {
    List<String> all =
        new ArrayList<>(List.of("generate", "-m", model, "-t", "1", "--ctx", "128", "-n", "8"));
    all.add("--ignore-eos");
    all.addAll(List.of(options));
    all.add("hello");
    return Run.of(all.toArray(String[]::new));
  }

  private static JsonNode json(Run run) throws IOException {
    assertThat(run.code()).as(run.err()).isZero();
    return new ObjectMapper().readTree(run.out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--top-p 1.5",
        "--min-p -0.1",
        "--temp NaN",
        "--typical 2",
        "--xtc 2",
        "--xtc 0.5 --xtc-threshold 3",
        "--xtc-threshold 0.2",
        "--dry -1",
        "--dry 1 --dry-base 0.5",
        "--dry 1 --dry-allowed-length -2",
        "--dry-base 2",
        "--mirostat 500",
        "--mirostat 5 --mirostat-eta 2",
        "--mirostat-eta 0.1",
        "--repeat-penalty 0",
        "--presence-penalty 1000",
        "--repeat-last-n -2",
        "--logit-bias -1=2",
        "--logit-bias 3=1e9",
        "--logit-bias 3",
        "--logit-bias x=1",
        "--logit-bias 3=y",
        "--logit-bias 100000=1",
        "--seed -4",
        "--logprobs 3",
        "--json --logprobs -1",
        "--system x",
        "--beams 0",
        "--beams 65",
        "--beams 2 --length-penalty 100",
        "--beams 2 --temp 0.5",
        "--beams 2 --slide",
        "--beams 2 --json --logprobs 1"
      })
  void aValueOutOfRangeIsWrongUseInOneSentence(String options) {
    Run run = run(options.split(" "));

    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
  }

  @Test
  void threadsFarBeyondTheProcessorsAreNotStarted() {
    var err = new ByteArrayOutputStream();
    var console =
        new Console(
            InputStream.nullInputStream(),
            OutputStream.nullOutputStream(),
            new PrintStream(err),
            false);

    assertThat(EngineOptions.useful(console, 5)).isEqualTo(5);
    assertThat(err.size()).isZero();
    assertThat(EngineOptions.useful(console, 1_000_000)).isLessThan(1_000_000);
    assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
  }

  @Test
  void adviceThatCannotBeIsPassedOverAndSaid() {
    Path advised = folder.resolve("advised.gguf");
    try (GgufFile file = GgufFile.open(Path.of(model))) {
      var metadata = file.metadata().with("general.sampling.top_p", GgufValue.f32(7));
      GgufWriter.of(metadata, file.tensors()).write(advised, TensorSource.of(file));
    }

    Run run = Run.of("generate", "-m", advised.toString(), "-t", "1", "-n", "1", "--chat", "hello");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("passed over").contains("top-p is 7");
  }

  @Test
  void everySamplingOptionIsTaken() throws IOException {
    JsonNode done =
        json(
            run(
                ("--json --temp 0.7 --top-k 9 --top-p 0.9 --min-p 0.01 --typical 0.9 --seed 3"
                        + " --repeat-penalty 1.1 --presence-penalty 0.1 --frequency-penalty 0.1"
                        + " --repeat-last-n 20 --dry 0.8 --dry-base 1.5 --dry-allowed-length 1"
                        + " --dry-last-n 30 --dry-breaker ab --xtc 0.3 --xtc-threshold 0.05")
                    .split(" ")));

    assertThat(done.path("ids")).hasSize(8);
  }

  @Test
  void mirostatIsTaken() throws IOException {
    assertThat(json(run("--json", "--mirostat", "3", "--mirostat-eta", "0.2")).path("ids"))
        .hasSize(8);
  }

  @Test
  void aForbiddenTokenDoesNotCome() throws IOException {
    int usual = json(run("--json")).path("ids").get(0).asInt();

    JsonNode without = json(run("--json", "--logit-bias", usual + "=-inf"));

    assertThat(without.path("ids")).noneMatch(id -> id.asInt() == usual);
  }

  @Test
  void dryBreakersCountThroughTheTokenizer() throws IOException {
    String[] alone = {"--json", "--dry", "100", "--dry-allowed-length", "0"};
    List<String> broken = new ArrayList<>(List.of(alone));
    for (char c = 'a'; c <= 'z'; c++) {
      broken.addAll(List.of("--dry-breaker", String.valueOf(c)));
    }
    broken.addAll(List.of("--dry-breaker", " ", "--dry-breaker", ":", "--dry-breaker", "|"));

    assertThat(json(run(broken.toArray(String[]::new))).path("ids"))
        .isEqualTo(json(run("--json")).path("ids"))
        .isNotEqualTo(json(run(alone)).path("ids"));
  }

  @Test
  void logProbsStandBesideEveryToken() throws IOException {
    JsonNode done = json(run("--json", "--logprobs", "3"));

    assertThat(done.path("logprobs")).hasSize(8);
    for (int i = 0; i < 8; i++) {
      JsonNode token = done.path("logprobs").get(i);
      assertThat(token.path("id")).isEqualTo(done.path("ids").get(i));
      assertThat(token.path("top")).hasSize(3);
      // greedy: the chosen token is the likeliest
      assertThat(token.path("top").get(0).path("logprob")).isEqualTo(token.path("logprob"));
      assertThat(token.path("logprob").asDouble()).isNegative();
    }
  }

  @Test
  void aSearchPrintsItsText() throws IOException {
    Run text = run("--beams", "3", "--length-penalty", "0.5");

    assertThat(text.code()).as(text.err()).isZero();
    assertThat(text.out().strip())
        .isEqualTo(
            json(run("--beams", "3", "--length-penalty", "0.5", "--json"))
                .path("text")
                .asText()
                .strip());
  }
}
