package io.zaohua.model.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.List;
import java.util.Optional;

/**
 * One message of a conversation, with the keys the OpenAI API and chat templates use.
 *
 * @param role who speaks: system, user, assistant, tool, or a name the model's template knows
 * @param content what is said, if anything: an assistant that only calls tools may say nothing
 * @param reasoning what the assistant thought before, key {@code reasoning_content}
 * @param toolCalls the calls an assistant asks for
 * @param toolCallId the call a tool answers
 * @param name the tool's or the speaker's name
 */
public record ChatMessage(
    String role,
    Optional<Content> content,
    Optional<String> reasoning,
    List<ToolCall> toolCalls,
    Optional<String> toolCallId,
    Optional<String> name) {
  public ChatMessage {
    if (role.isBlank()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("A message has no role.", "一条消息没有角色。"),
          Message.of(
              "Give it system, user, assistant or tool.", "请指定 system、user、assistant 或 tool。"));
    }
    toolCalls = List.copyOf(toolCalls);
  }

  /** A message that is only a text. */
  public static ChatMessage of(String role, String text) {
    return new ChatMessage(
        role,
        Optional.of(new Content.Text(text)),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }

  public static ChatMessage system(String text) {
    return of("system", text);
  }

  public static ChatMessage user(String text) {
    return of("user", text);
  }

  public static ChatMessage assistant(String text) {
    return of("assistant", text);
  }

  /** An assistant's message that calls tools; it may say something too. */
  public static ChatMessage calling(String text, List<ToolCall> calls) {
    return new ChatMessage(
        "assistant",
        Optional.of(new Content.Text(text)),
        Optional.empty(),
        calls,
        Optional.empty(),
        Optional.empty());
  }

  /** What a tool answered. */
  public static ChatMessage tool(ToolCall call, String result) {
    return new ChatMessage(
        "tool",
        Optional.of(new Content.Text(result)),
        Optional.empty(),
        List.of(),
        Optional.of(call.id()),
        Optional.of(call.name()));
  }

  /** The text said, parts of other kinds left out. */
  public String text() {
    return content.map(Content::text).orElse("");
  }

  /** As templates see it; what is missing has no key. */
  public JsonNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("role", role);
    content.ifPresent(c -> json.set("content", c.toJson()));
    reasoning.ifPresent(text -> json.put("reasoning_content", text));
    if (!toolCalls.isEmpty()) {
      var calls = json.putArray("tool_calls");
      toolCalls.forEach(call -> calls.add(call.toJson()));
    }
    toolCallId.ifPresent(id -> json.put("tool_call_id", id));
    name.ifPresent(n -> json.put("name", n));
    return json;
  }
}
