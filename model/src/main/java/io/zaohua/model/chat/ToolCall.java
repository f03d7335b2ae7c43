package io.zaohua.model.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A call an assistant asks for.
 *
 * @param id what the answer refers to
 * @param name the tool
 * @param arguments an object, as templates expect it; the OpenAI API sends it as a text of JSON
 */
public record ToolCall(String id, String name, JsonNode arguments) {
  /** As templates see it. */
  JsonNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("id", id).put("type", "function");
    json.putObject("function").put("name", name).set("arguments", arguments);
    return json;
  }
}
