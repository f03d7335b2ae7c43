package io.zaohua.learn.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A conversation as the data has it. Messages and tools stay JSON, since templates may read keys
 * and print objects in the order they were written.
 *
 * @param messages objects with {@code role} and {@code content}, as the OpenAI API has them
 * @param tools what the assistant may call, as the OpenAI API has them
 */
public record Conversation(List<ObjectNode> messages, List<JsonNode> tools) {
  public Conversation {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).path("role").asText().isBlank()) {
        throw new UserError(
            UserError.Kind.INPUT,
            Message.of("Message %d has no role.", "第 %d 条消息没有 role。", i + 1),
            Message.of(
                "Give it system, user, assistant or tool.", "请指定 system、user、assistant 或 tool。"));
      }
    }
  }

  /** Messages without tools. */
  public static Conversation of(List<ObjectNode> messages) {
    return new Conversation(messages, List.of());
  }

  /** A message that is only a text. */
  public static ObjectNode message(String role, String text) {
    return JsonNodeFactory.instance.objectNode().put("role", role).put("content", text);
  }

  /** One question. */
  public static Conversation asking(String text) {
    return of(List.of(message("user", text)));
  }

  /** The same with more messages. */
  public Conversation and(List<ObjectNode> more) {
    return new Conversation(Stream.concat(messages.stream(), more.stream()).toList(), tools);
  }

  /** Its first messages. */
  public Conversation upTo(int count) {
    return new Conversation(messages.subList(0, count), tools);
  }

  /** Numbers of the messages that the assistant says. */
  public List<Integer> turns() {
    return IntStream.range(0, messages.size())
        .filter(i -> messages.get(i).path("role").asText().equals("assistant"))
        .boxed()
        .toList();
  }

  /** Whether a message is to be learned: those of {@code "weight": 0} are not. */
  boolean counts(int message) {
    return messages.get(message).path("weight").asDouble(1) != 0;
  }
}
