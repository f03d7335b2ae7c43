package io.zaohua.model.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What jinja2 itself made of the snippets of tools/jinja_oracle.py, or that it refused them. */
class OracleTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-02-07T15:04:05.000060Z"), ZoneOffset.UTC);

  static Stream<Arguments> cases() throws IOException {
    JsonNode all =
        new ObjectMapper().readTree(OracleTest.class.getResourceAsStream("/jinja/cases.json"));
    return StreamSupport.stream(all.spliterator(), false)
        .map(one -> Arguments.of(one.get("name").asText(), one));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void agreesWithJinja2(String name, JsonNode one) {
    String source = one.get("template").textValue();
    Map<String, Value> context = new HashMap<>();
    one.get("context")
        .properties()
        .forEach(e -> context.put(e.getKey(), PlainData.of(e.getValue())));
    if (one.has("expected")) {
      assertThat(Template.of(source).render(context, CLOCK))
          .as(source)
          .isEqualTo(one.get("expected").textValue());
    } else {
      assertThatExceptionOfType(UserError.class)
          .as("%s, where jinja2 says: %s", source, one.get("error").asText())
          .isThrownBy(() -> Template.of(source).render(context, CLOCK));
    }
  }
}
