package io.zaohua.model.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;

/** What a message says: a text, or parts such as texts and images. */
public sealed interface Content {
  /** The text in it. */
  String text();

  /** As templates see it: a string, or an array of objects with a {@code type}. */
  JsonNode toJson();

  /** One text. */
  record Text(String text) implements Content {
    @Override
    public JsonNode toJson() {
      return JsonNodeFactory.instance.textNode(text);
    }
  }

  /**
   * Several parts in order.
   *
   * @param parts objects with a {@code type}: text, image, audio ..., as the API's clients send
   */
  record Parts(List<ObjectNode> parts) implements Content {
    public Parts {
      parts = List.copyOf(parts);
    }

    @Override
    public String text() {
      return parts.stream()
          .filter(part -> part.path("type").asText().equals("text"))
          .map(part -> part.path("text").asText())
          .collect(Collectors.joining());
    }

    @Override
    public JsonNode toJson() {
      return JsonNodeFactory.instance.arrayNode().addAll(parts);
    }
  }
}
