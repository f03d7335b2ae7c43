package io.zaohua.learn.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.learn.chat.Answer;
import io.zaohua.learn.chat.Conversation;
import io.zaohua.learn.chat.Letters;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RowFormatTest {
  private static Sample read(String json, boolean chat) {
    ObjectNode row = Letters.object(json);
    return RowFormat.of(row).orElseThrow().read(row, chat);
  }

  private static String told(Conversation talk) {
    return told(talk.messages());
  }

  private static String told(List<ObjectNode> messages) {
    return messages.stream()
        .map(m -> m.path("role").asText() + ":" + m.path("content").asText())
        .collect(Collectors.joining("|"));
  }

  private static String talk(String json) {
    return told(((Sample.Talk) read(json, true)).conversation());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}; chat",
        "{\"conversations\": [{\"role\": \"user\", \"content\": \"a\"}]}; chat",
        "{\"conversations\": [{\"from\": \"human\", \"value\": \"a\"}]}; sharegpt",
        "{\"instruction\": \"a\", \"output\": \"b\"}; alpaca",
        "{\"prompt\": \"a\", \"completion\": \"b\"}; completion",
        "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}; preference",
        "{\"prompt\": \"a\", \"completion\": \"b\", \"label\": true}; unpaired",
        "{\"text\": \"a\"}; document"
      })
  void keysSayTheFormat(String json, String format) {
    assertThat(RowFormat.of(Letters.object(json))).map(RowFormat::word).contains(format);
  }

  @Test
  void alpacaIsAQuestionAndAnAnswerAfterItsHistory() {
    assertThat(
            talk(
                "{\"instruction\": \"i\", \"input\": \"j\", \"output\": \"o\", \"system\": \"s\","
                    + " \"history\": [[\"p\", \"q\"]]}"))
        .isEqualTo("system:s|user:p|assistant:q|user:i\nj|assistant:o");
    assertThat(read("{\"instruction\": \"i\", \"output\": \"o\"}", false))
        .isEqualTo(new Sample.Answered(new Answer.InText("i\n", "o")));
  }

  @Test
  void shareGptSpeakersBecomeRolesAndCallsBecomeCalls() {
    String json =
        "{\"system\": \"s\", \"conversations\": [{\"from\": \"human\", \"value\": \"h\"}, {\"from\":"
            + " \"function_call\", \"value\": \"{\\\"name\\\": \\\"f\\\", \\\"arguments\\\":"
            + " {\\\"x\\\": 1}}\"}, {\"from\": \"observation\", \"value\": \"r\"}, {\"from\":"
            + " \"gpt\", \"value\": \"g\"}]}";
    assertThat(talk(json)).isEqualTo("system:s|user:h|assistant:|tool:r|assistant:g");
    var call = ((Sample.Talk) read(json, true)).conversation().messages().get(2);
    assertThat(call.at("/tool_calls/0/function").toString())
        .isEqualTo("{\"name\":\"f\",\"arguments\":{\"x\":1}}");
  }

  @Test
  void argumentsWrittenAsTextAreReadAndMissingContentIsEmpty() {
    var talk =
        ((Sample.Talk)
                read(
                    "{\"tools\": \"[{\\\"type\\\": \\\"function\\\"}]\", \"messages\":"
                        + " [{\"role\": \"assistant\", \"content\": null, \"tool_calls\":"
                        + " [{\"function\": {\"name\": \"f\", \"arguments\": \"{\\\"x\\\":"
                        + " 1}\"}}]}]}",
                    true))
            .conversation();
    assertThat(talk.tools().toString()).isEqualTo("[{\"type\":\"function\"}]");
    assertThat(talk.messages().getFirst().path("content").textValue()).isEmpty();
    assertThat(talk.messages().getFirst().at("/tool_calls/0/function/arguments/x").asInt())
        .isEqualTo(1);
  }

  @Test
  void preferencesShareTheirPrompt() {
    var pair =
        (Sample.Preference)
            read(
                "{\"chosen\": [{\"role\": \"user\", \"content\": \"u\"}, {\"role\": \"assistant\","
                    + " \"content\": \"c\"}], \"rejected\": [{\"role\": \"user\", \"content\":"
                    + " \"u\"}, {\"role\": \"assistant\", \"content\": \"r\"}]}",
                true);
    var chosen = (Answer.InChat) pair.chosen();
    assertThat(told(chosen.prompt())).isEqualTo("user:u");
    assertThat(told(chosen.messages())).isEqualTo("assistant:c");
    assertThat(told(((Answer.InChat) pair.rejected()).messages())).isEqualTo("assistant:r");
  }

  @Test
  void textsStayPlainOrBecomeMessages() {
    String json = "{\"prompt\": \"p\", \"completion\": \"c\", \"label\": 0}";
    assertThat(read(json, false)).isEqualTo(new Sample.Judged(new Answer.InText("p", "c"), false));
    var chat = (Answer.InChat) ((Sample.Judged) read(json, true)).answer();
    assertThat(told(chat.prompt().and(chat.messages()))).isEqualTo("user:p|assistant:c");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"messages\": []}; messages is [], a list of messages was expected",
        "{\"messages\": [{\"role\": \"user\"}]}; has no content",
        "{\"instruction\": 3, \"output\": \"o\"}; instruction is 3, a text was expected",
        "{\"conversations\": [{\"from\": \"me\", \"value\": \"v\"}]}; from is \"me\"",
        "{\"prompt\": \"p\", \"completion\": \"c\", \"label\": \"so\"}; label is \"so\""
      })
  void whatIsWrongIsOneSentence(String json, String sentence) {
    assertThatThrownBy(() -> read(json, true)).hasMessageContaining(sentence);
  }
}
