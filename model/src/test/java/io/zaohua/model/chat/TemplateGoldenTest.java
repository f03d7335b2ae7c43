package io.zaohua.model.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Chat templates rendered by transformers, with the clock at 2026-11-24T12:00:00. */
@Tag("golden")
class TemplateGoldenTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-11-24T12:00:00Z"), ZoneOffset.UTC);

  /** Every set in the folder of the system property, or the copy in test resources. */
  static Stream<Arguments> templates() throws IOException {
    String folder = System.getProperty("goldens", "");
    if (folder.isEmpty()) {
      ObjectMapper mapper = new ObjectMapper();
      return cases(
          mapper.readTree(
              TemplateGoldenTest.class.getResourceAsStream("/goldens/templates/templates.json")));
    }
    Path directory = Path.of(folder, "templates");
    if (!Files.isDirectory(directory)) {
      return Stream.of(Arguments.of("no templates/ in " + folder, MISSING));
    }
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> sets = files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
      Stream.Builder<Arguments> all = Stream.builder();
      for (Path set : sets) {
        cases(new ObjectMapper().readTree(set.toFile())).forEach(all);
      }
      return all.build();
    }
  }

  /** Stands for a kind that the folder lacks: named in the report, and nothing to compare. */
  private static final JsonNode MISSING =
      new ObjectMapper()
          .createObjectNode()
          .put("template", "")
          .put("expected", "")
          .set("context", new ObjectMapper().createObjectNode());

  private static Stream<Arguments> cases(JsonNode all) {
    return StreamSupport.stream(all.spliterator(), false)
        .map(one -> Arguments.of(one.get("name").asText(), one));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("templates")
  void promptEqualsTransformers(String name, JsonNode one) {
    ChatTemplate template = ChatTemplate.of(one.get("template").textValue());
    assertThat(template.render(one.get("context"), NOON))
        .isEqualTo(one.get("expected").textValue());
  }
}
