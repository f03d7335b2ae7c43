package io.zaohua.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.app.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TemplateTest {
  @TempDir private Path folder;

  private String rendered(String context) throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("tokenizer_config.json"),
            """
            {"chat_template": [{"name": "default", "template": "plain"},
             {"name": "tool_use", "template": "{{ tools | length }} tools"}]}""");
    Path values = Files.writeString(folder.resolve("context.json"), context);
    Run run = Run.of("template", config.toString(), values.toString());
    assertThat(run.code()).as(run.err()).isZero();
    return run.out();
  }

  @Test
  void ofNamedTemplatesTheOneForToolsServesWhereThereAreTools() throws IOException {
    assertThat(rendered("{\"messages\": []}")).isEqualTo("plain");
    assertThat(rendered("{\"messages\": [], \"tools\": [{}, {}]}")).isEqualTo("2 tools");
  }
}
