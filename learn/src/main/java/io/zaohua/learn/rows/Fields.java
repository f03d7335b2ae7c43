package io.zaohua.learn.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.learn.chat.Answer;
import io.zaohua.learn.chat.Conversation;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keys of a record, as the formats share them. Tables hold JSON as text: it is read there too. */
final class Fields {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Fields() {}

  /** A text; where a key is missing or no text, one sentence says so. */
  static String text(ObjectNode row, String key) {
    JsonNode value = row.path(key);
    if (!value.isTextual()) {
      throw wrong(key, value, "a text", "文本");
    }
    return value.textValue();
  }

  /** A text that may be missing or null. */
  static String textOr(ObjectNode row, String key) {
    JsonNode value = row.path(key);
    return value.isMissingNode() || value.isNull() ? "" : text(row, key);
  }

  static UserError wrong(String key, JsonNode value, String english, String chinese) {
    return value.isMissingNode()
        ? new UserError(
            UserError.Kind.INPUT,
            Message.of("The record has no %s.", "该记录没有 %s。", key),
            Message.of("Add it, or name another data.format.", "请补上,或换一个 data.format。"))
        : new UserError(
            UserError.Kind.INPUT,
            new Message(
                "The record's %s is %s, %s was expected.".formatted(key, brief(value), english),
                "该记录的 %s 是 %s,应为%s。".formatted(key, brief(value), chinese)),
            Message.of("Mend it, or name another data.format.", "请改正,或换一个 data.format。"));
  }

  private static String brief(JsonNode value) {
    String text = value.toString();
    return text.length() > 40 ? text.substring(0, 40) + "..." : text;
  }

  /** A value that tables hold as the text of JSON. */
  static JsonNode structure(JsonNode value) {
    String text = value.isTextual() ? value.textValue().strip() : "";
    if (!text.startsWith("[") && !text.startsWith("{")) {
      return value;
    }
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return value;
    }
  }

  /** {@code messages}, or what other data sets call it. */
  static JsonNode turns(ObjectNode row) {
    for (String key : List.of("messages", "conversations", "conversation")) {
      if (row.has(key)) {
        return structure(row.path(key));
      }
    }
    return MissingNode.getInstance();
  }

  static Conversation conversation(ObjectNode row) {
    return new Conversation(messages(turns(row), "messages"), tools(row));
  }

  /** Messages with their parts as templates expect them. */
  static List<ObjectNode> messages(JsonNode value, String key) {
    if (!value.isArray() || value.isEmpty()) {
      throw wrong(key, value, "a list of messages", "消息列表");
    }
    List<ObjectNode> messages = new ArrayList<>();
    for (JsonNode entry : value) {
      if (!(entry instanceof ObjectNode message) || !message.path("role").isTextual()) {
        throw wrong(
            key, value, "a list of objects with role and content", "含 role 与 content 的对象列表");
      }
      messages.add(message(message));
    }
    return messages;
  }

  private static ObjectNode message(ObjectNode given) {
    ObjectNode message = given.deepCopy();
    // Columns of Parquet exist in every message, empty where the message has no such key.
    message.properties().removeIf(e -> e.getValue().isNull() && !e.getKey().equals("content"));
    if (message.path("content").isNull() && message.has("tool_calls")) {
      message.put("content", "");
    }
    JsonNode content = message.path("content");
    boolean said = content.isTextual() || content.isArray();
    if (!said && !(content.isMissingNode() && message.has("tool_calls"))) {
      throw wrong("content", content, "a text", "文本");
    }
    if (message.has("tool_calls") && !message.path("tool_calls").isArray()) {
      throw wrong("tool_calls", message.path("tool_calls"), "a list of calls", "调用列表");
    }
    if (message.has("weight") && !message.path("weight").isNumber()) {
      throw wrong("weight", message.path("weight"), "a number", "数");
    }
    for (JsonNode call : message.path("tool_calls")) {
      // The OpenAI API sends arguments as text; templates print them as objects.
      if (call.path("function") instanceof ObjectNode function) {
        function.set("arguments", structure(function.path("arguments")));
      } else if (call instanceof ObjectNode flat && flat.has("arguments")) {
        flat.set("arguments", structure(flat.path("arguments")));
      }
    }
    return message;
  }

  static List<JsonNode> tools(ObjectNode row) {
    JsonNode tools = structure(row.path("tools"));
    if (tools.isMissingNode()
        || tools.isNull()
        || (tools.isTextual() && tools.asText().isBlank())) {
      return List.of();
    }
    if (!tools.isArray()) {
      throw wrong("tools", tools, "a list of tools", "工具列表");
    }
    List<JsonNode> all = new ArrayList<>();
    tools.forEach(all::add);
    return all;
  }

  /** The key that holds what follows the prompt. */
  static Optional<String> completionKey(ObjectNode row) {
    return List.of("completion", "response").stream().filter(row::has).findFirst();
  }

  static JsonNode completion(ObjectNode row) {
    return row.path(completionKey(row).orElse("completion"));
  }

  /** An answer to the record's prompt: texts, or messages. */
  static Answer answer(ObjectNode row, JsonNode given, boolean chat) {
    JsonNode answer = messagesOrText(given, "completion");
    JsonNode prompt = messagesOrText(row.path("prompt"), "prompt");
    if (answer.isTextual() && prompt.isTextual()) {
      return Answer.of(prompt.textValue(), answer.textValue(), chat);
    }
    List<ObjectNode> before =
        prompt.isTextual()
            ? List.of(Conversation.message("user", prompt.textValue()))
            : messages(prompt, "prompt");
    List<ObjectNode> after =
        answer.isTextual()
            ? List.of(Conversation.message("assistant", answer.textValue()))
            : messages(answer, "completion");
    return new Answer.InChat(new Conversation(before, tools(row)), after);
  }

  private static JsonNode messagesOrText(JsonNode value, String key) {
    JsonNode inside = structure(value);
    boolean messages = inside.isArray() && inside.path(0).has("role");
    if (!messages && !value.isTextual()) {
      throw wrong(key, value, "a text or a list of messages", "文本或消息列表");
    }
    return messages ? inside : value;
  }

  /** Two answers; without a prompt, both are whole conversations and share their start. */
  static Sample preference(ObjectNode row, boolean chat) {
    if (row.has("prompt")) {
      return new Sample.Preference(
          answer(row, row.path("chosen"), chat), answer(row, row.path("rejected"), chat));
    }
    List<ObjectNode> chosen = messages(structure(row.path("chosen")), "chosen");
    List<ObjectNode> rejected = messages(structure(row.path("rejected")), "rejected");
    int same = 0;
    int most = Math.min(chosen.size(), rejected.size()) - 1;
    while (same < most && chosen.get(same).equals(rejected.get(same))) {
      same++;
    }
    if (same == 0) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "The record has no prompt, and chosen and rejected share no first message.",
              "该记录没有 prompt,而 chosen 与 rejected 没有共同的第一条消息。"),
          Message.of("Add the prompt.", "请补上 prompt。"));
    }
    Conversation prompt = new Conversation(chosen.subList(0, same), tools(row));
    return new Sample.Preference(
        new Answer.InChat(prompt, chosen.subList(same, chosen.size())),
        new Answer.InChat(prompt, rejected.subList(same, rejected.size())));
  }

  /** Whether an answer is good: a truth value, 1 or 0, or those as text in a table. */
  static boolean label(ObjectNode row) {
    JsonNode label = row.path("label");
    return switch (label.asText()) {
      case "true", "True", "1" -> true;
      case "false", "False", "0" -> false;
      default -> throw wrong("label", label, "true or false", "true 或 false");
    };
  }
}
