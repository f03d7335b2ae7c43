package io.zaohua.learn.chat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** A prompt and what follows it, which alone is learned. */
public sealed interface Answer {

  /**
   * Messages, written by the model's chat template.
   *
   * @param prompt what comes before
   * @param messages the answer: the assistant's, perhaps with tools' between them
   */
  record InChat(Conversation prompt, List<ObjectNode> messages) implements Answer {
    public InChat {
      messages = List.copyOf(messages);
    }

    /** The whole conversation. */
    Conversation all() {
      return prompt.and(messages);
    }
  }

  /** Plain text without a template; the end token follows it. */
  record InText(String prompt, String text) implements Answer {}

  /** A question and its answer, in the chat template or as plain text. */
  static Answer of(String prompt, String text, boolean chat) {
    return chat
        ? new InChat(Conversation.asking(prompt), List.of(Conversation.message("assistant", text)))
        : new InText(prompt, text);
  }
}
