package io.zaohua.model.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * What a prompt is made of.
 *
 * @param messages the conversation
 * @param tools what the model may call
 * @param addGenerationPrompt whether the prompt ends where the assistant's answer begins
 * @param variables more names for the template, such as {@code enable_thinking}
 */
public record Chat(
    List<ChatMessage> messages,
    List<ToolDefinition> tools,
    boolean addGenerationPrompt,
    Map<String, JsonNode> variables) {
  public Chat {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
    variables = Map.copyOf(variables);
  }

  /** A conversation to be answered, without tools. */
  public static Chat of(List<ChatMessage> messages) {
    return new Chat(messages, List.of(), true, Map.of());
  }

  /** The same with tools. */
  public Chat with(List<ToolDefinition> more) {
    return new Chat(messages, more, addGenerationPrompt, variables);
  }
}
