package io.zaohua.model.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The ids llama.cpp gives for SmolLM2's tokenizer. The sets are made with llama-tokenize, which
 * resolves backslash escapes of its prompt and parses control tokens; texts with either are
 * therefore compared as that program took them.
 */
@Tag("golden")
class TokenizerGoldenTest {
  private record Case(String text, int[] ids) {
    /** The text as the other program took it. */
    String taken() {
      return text.replace("\\n", "\n")
          .replace("\\r", "\r")
          .replace("\\t", "\t")
          .replace("\\'", "'")
          .replace("\\\"", "\"")
          .replace("\\\\", "\\");
    }

    boolean namesControlTokens() {
      return SmolLm2.TOKENIZER.ends().stream()
          .anyMatch(id -> text.contains(SmolLm2.TOKENIZER.piece(id)));
    }
  }

  @Test
  void idsEqualTheOthers() throws IOException {
    for (var golden : cases()) {
      assertThat(SmolLm2.TOKENIZER.encode(golden.taken(), golden.namesControlTokens()))
          .as(golden.text())
          .isEqualTo(golden.ids());
    }
  }

  @Test
  void decodingGivesTheTextBack() throws IOException {
    for (var golden : cases()) {
      assertThat(SmolLm2.TOKENIZER.decode(golden.ids())).isEqualTo(golden.taken());
    }
  }

  private static List<Case> cases() throws IOException {
    var cases = new ArrayList<Case>();
    for (JsonNode node : new ObjectMapper().readTree(golden())) {
      int[] ids = new int[node.get("ids").size()];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = node.get("ids").get(i).asInt();
      }
      cases.add(new Case(node.get("text").asText(), ids));
    }
    return cases;
  }

  private static byte[] golden() throws IOException {
    String folder = System.getProperty("goldens", "");
    if (!folder.isEmpty()) {
      var file = Path.of(folder, "tokenizer", "smollm2.json");
      // A set without this kind is named by the run's summary.
      return Files.exists(file) ? Files.readAllBytes(file) : "[]".getBytes(UTF_8);
    }
    try (var in =
        TokenizerGoldenTest.class.getResourceAsStream("/goldens/tokenizer/smollm2.json")) {
      return in.readAllBytes();
    }
  }
}
