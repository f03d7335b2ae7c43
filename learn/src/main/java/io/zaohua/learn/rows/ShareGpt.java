package io.zaohua.learn.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.learn.chat.Conversation;
import java.util.ArrayList;
import java.util.List;

/** Conversations of {@code from} and {@code value}. */
final class ShareGpt {
  private ShareGpt() {}

  static Conversation conversation(ObjectNode row) {
    JsonNode turns = Fields.turns(row);
    if (!turns.isArray() || turns.isEmpty()) {
      throw Fields.wrong("conversations", turns, "a list of from and value", "from 与 value 的列表");
    }
    List<ObjectNode> messages = new ArrayList<>();
    String system = Fields.textOr(row, "system");
    if (!system.isBlank()) {
      messages.add(Conversation.message("system", system));
    }
    for (JsonNode turn : turns) {
      if (!(turn instanceof ObjectNode object)) {
        throw Fields.wrong("conversations", turns, "a list of objects", "对象列表");
      }
      messages.add(message(Fields.text(object, "from"), Fields.text(object, "value"), turn));
    }
    return new Conversation(messages, Fields.tools(row));
  }

  private static ObjectNode message(String from, String value, JsonNode turn) {
    return switch (from) {
      case "system" -> Conversation.message("system", value);
      case "human", "user" -> Conversation.message("user", value);
      case "gpt", "assistant", "chatgpt", "model" -> Conversation.message("assistant", value);
      case "observation", "tool" -> Conversation.message("tool", value);
      case "function_call" -> call(value);
      default ->
          throw Fields.wrong(
              "from",
              turn.path("from"),
              "system, human, gpt, function_call or observation",
              " system、human、gpt、function_call 或 observation");
    };
  }

  /** A call, or several, written as JSON with name and arguments. */
  private static ObjectNode call(String value) {
    JsonNode given = Fields.structure(JsonNodeFactory.instance.textNode(value));
    ObjectNode message = Conversation.message("assistant", "");
    var calls = message.putArray("tool_calls");
    for (JsonNode one : given.isArray() ? given : List.of(given)) {
      if (!one.path("name").isTextual()) {
        throw Fields.wrong(
            "value", one, "a call with name and arguments", "含 name 与 arguments 的调用");
      }
      ObjectNode call = calls.addObject().put("type", "function");
      call.putObject("function")
          .put("name", one.path("name").textValue())
          .set("arguments", Fields.structure(one.path("arguments")));
    }
    return message;
  }
}
