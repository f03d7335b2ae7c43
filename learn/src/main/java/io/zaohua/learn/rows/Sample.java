package io.zaohua.learn.rows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.learn.chat.Answer;
import io.zaohua.learn.chat.Conversation;
import java.util.List;
import java.util.stream.Collectors;

/** What a record is to whoever learns from it. */
public sealed interface Sample {

  /** A conversation of which the assistant's part is learned. */
  record Talk(Conversation conversation) implements Sample {}

  /** A prompt and the answer to learn. */
  record Answered(Answer answer) implements Sample {}

  /** Text, all of it learned. */
  record Text(String text) implements Sample {}

  /** Two answers to one prompt, the first of which is better. */
  record Preference(Answer chosen, Answer rejected) implements Sample {}

  /** An answer and whether it is a good one. */
  record Judged(Answer answer, boolean good) implements Sample {}

  /** All that is said in it, for finding what was said before. */
  default String words() {
    return switch (this) {
      case Talk(var talk) -> words(talk);
      case Answered(var answer) -> words(answer);
      case Text(var text) -> text;
      case Preference(var chosen, var rejected) -> words(chosen) + '\n' + words(rejected);
      case Judged(var answer, var good) -> words(answer) + '\n' + good;
    };
  }

  private static String words(Answer answer) {
    return switch (answer) {
      case Answer.InChat(var prompt, var messages) -> words(prompt.and(messages));
      case Answer.InText(var prompt, var text) -> prompt + '\n' + text;
    };
  }

  private static String words(Conversation talk) {
    String tools = talk.tools().isEmpty() ? "" : talk.tools().toString();
    return tools + talk.messages().stream().map(Sample::words).collect(Collectors.joining("\n"));
  }

  private static String words(ObjectNode message) {
    List<String> parts =
        message.properties().stream()
            .map(e -> e.getValue().isTextual() ? e.getValue().textValue() : e.getValue().toString())
            .toList();
    return String.join(" ", parts);
  }
}
