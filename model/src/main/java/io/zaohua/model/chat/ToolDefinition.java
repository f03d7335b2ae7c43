package io.zaohua.model.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A tool the model may call.
 *
 * @param name what calls name
 * @param description what it does, for the model
 * @param parameters a JSON schema of its arguments
 */
public record ToolDefinition(String name, String description, JsonNode parameters) {
  /** As templates see it. */
  JsonNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("type", "function");
    json.putObject("function")
        .put("name", name)
        .put("description", description)
        .set("parameters", parameters);
    return json;
  }
}
