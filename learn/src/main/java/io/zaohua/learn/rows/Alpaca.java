package io.zaohua.learn.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.learn.chat.Answer;
import io.zaohua.learn.chat.Conversation;
import java.util.ArrayList;
import java.util.List;

/**
 * Records of instruction, input and output (Stanford Alpaca), with LLaMA-Factory's {@code system}
 * and {@code history} of earlier questions and answers.
 */
final class Alpaca {
  private Alpaca() {}

  static Sample sample(ObjectNode row, boolean chat) {
    String instruction = Fields.text(row, "instruction");
    String input = Fields.textOr(row, "input");
    String question = input.isBlank() ? instruction : instruction + "\n" + input;
    String output = Fields.text(row, "output");
    if (!chat) {
      return new Sample.Answered(Answer.of(question + "\n", output, false));
    }
    List<ObjectNode> before = new ArrayList<>();
    String system = Fields.textOr(row, "system");
    if (!system.isBlank()) {
      before.add(Conversation.message("system", system));
    }
    JsonNode history = Fields.structure(row.path("history"));
    if (!history.isMissingNode() && !history.isNull() && !history.isArray()) {
      throw Fields.wrong("history", history, "pairs of question and answer", "问答对");
    }
    for (JsonNode pair : history) {
      if (!pair.isArray() || pair.size() != 2) {
        throw Fields.wrong("history", pair, "pairs of question and answer", "问答对");
      }
      before.add(Conversation.message("user", pair.get(0).asText()));
      before.add(Conversation.message("assistant", pair.get(1).asText()));
    }
    before.add(Conversation.message("user", question));
    Conversation all =
        Conversation.of(before).and(List.of(Conversation.message("assistant", output)));
    return new Sample.Talk(all);
  }
}
