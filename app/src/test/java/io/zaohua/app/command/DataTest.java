package io.zaohua.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.app.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataTest {
  @TempDir private Path folder;

  private Run check(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("a.jsonl"), text);
    return Run.of("data", "check", file.toString());
  }

  @Test
  void wholeDataIsReportedAndPasses() throws IOException {
    Run run = check("{\"text\": \"abcd\"}\n{\"text\": \"abcd\"}\n{\"text\": \"efg\"}\n");
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("a.jsonl: document", "3", "a.jsonl:2 = a.jsonl:1");
  }

  @Test
  void brokenLinesAreNamedAndFail() throws IOException {
    Run run = check("{\"text\": \"abcd\"}\n\n{\"text\": 3}\n");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("a.jsonl:2 ", "a.jsonl:3 ");
    assertThat(run.err()).contains("a.jsonl:2 ");
  }

  @Test
  void dataWithNothingInItFails() throws IOException {
    Run run = check("");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("Nothing is left to learn from: 0 records");
  }

  @Test
  void messagesOfTheWrongKindAreBroken() throws IOException {
    Run run =
        check(
            """
            {"messages": [{"role": "user", "content": 5}]}
            {"messages": [{"role": "assistant", "content": null}]}
            {"messages": [{"role": "assistant", "content": "a", "weight": "heavy"}]}
            {"messages": [{"role": "assistant", "tool_calls": 5}]}
            """);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("4 of 4 records are broken");
  }
}
