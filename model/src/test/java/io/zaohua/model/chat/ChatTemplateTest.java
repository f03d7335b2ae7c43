package io.zaohua.model.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.model.UserError;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatTemplateTest {
  private static final Clock CLOCK = Clock.systemUTC();

  private static JsonNode json(String text) throws JsonProcessingException {
    return new ObjectMapper().readTree(text);
  }

  @Test
  void writesMessagesSpecialTokensAndTheGenerationPrompt() {
    ChatTemplate template =
        ChatTemplate.of(
            "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
                + "{% if add_generation_prompt %}<assistant>{% endif %}");
    Chat chat = Chat.of(List.of(ChatMessage.system("Be brief."), ChatMessage.user("Hi")));
    assertThat(template.render(chat, Map.of("bos_token", "<s>"), CLOCK))
        .isEqualTo("<s><system>Be brief.<user>Hi<assistant>");
  }

  @Test
  void withoutToolsTheyAreNone() {
    ChatTemplate template = ChatTemplate.of("{{ tools is none }}");
    assertThat(template.render(Chat.of(List.of()), Map.of(), CLOCK)).isEqualTo("True");
  }

  @Test
  void toolsHaveTheShapeOfTheApi() throws JsonProcessingException {
    ChatTemplate template = ChatTemplate.of("{{ tools | tojson }}");
    Chat chat =
        Chat.of(List.of())
            .with(List.of(new ToolDefinition("f", "does", json("{\"type\": \"object\"}"))));
    assertThat(template.render(chat, Map.of(), CLOCK))
        .isEqualTo(
            "[{\"type\": \"function\", \"function\": {\"name\": \"f\", \"description\": \"does\","
                + " \"parameters\": {\"type\": \"object\"}}}]");
  }

  @Test
  void aCallAndItsAnswerReferToEachOther() throws JsonProcessingException {
    ToolCall call = new ToolCall("c1", "f", json("{\"x\": 1}"));
    Chat chat =
        Chat.of(List.of(ChatMessage.calling("", List.of(call)), ChatMessage.tool(call, "2")));
    ChatTemplate template = ChatTemplate.of("{{ messages | tojson }}");
    assertThat(template.render(chat, Map.of(), CLOCK))
        .isEqualTo(
            "[{\"role\": \"assistant\", \"content\": \"\", \"tool_calls\": [{\"id\": \"c1\", \"type\":"
                + " \"function\", \"function\": {\"name\": \"f\", \"arguments\": {\"x\": 1}}}]},"
                + " {\"role\": \"tool\", \"content\": \"2\", \"tool_call_id\": \"c1\", \"name\": \"f\"}]");
  }

  @Test
  void moreVariablesReachTheTemplate() throws JsonProcessingException {
    ChatTemplate template = ChatTemplate.of("{{ enable_thinking }}");
    Chat chat = new Chat(List.of(), List.of(), false, Map.of("enable_thinking", json("false")));
    assertThat(template.render(chat, Map.of(), CLOCK)).isEqualTo("False");
  }

  @Test
  void aContextThatIsNoObjectIsRefused() {
    assertThatThrownBy(() -> ChatTemplate.of("").render(json("[1]"), CLOCK))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("JSON object");
  }

  @Test
  void tokenizerConfigMayNameSeveral() throws JsonProcessingException {
    ChatTemplates templates =
        ChatTemplates.ofTokenizerConfig(
            json(
                "{\"chat_template\": [{\"name\": \"default\", \"template\": \"d\"},"
                    + " {\"name\": \"tool_use\", \"template\": \"t\"}]}"));
    assertThat(templates.choose(false).source()).isEqualTo("d");
    assertThat(templates.choose(true).source()).isEqualTo("t");
  }

  @Test
  void withoutATemplateForToolsTheDefaultOneServes() {
    assertThat(new ChatTemplates(Map.of("default", "d")).choose(true).source()).isEqualTo("d");
  }

  @Test
  void aCheckpointWithoutTemplateSaysSo() {
    assertThatThrownBy(() -> new ChatTemplates(Map.of()).choose(false))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no chat template");
  }

  @Test
  void partsJoinTheirTexts() throws JsonProcessingException {
    ObjectMapper mapper = new ObjectMapper();
    Content parts =
        new Content.Parts(
            List.of(
                mapper.createObjectNode().put("type", "image"),
                mapper.createObjectNode().put("type", "text").put("text", "What?")));
    assertThat(parts.text()).isEqualTo("What?");
  }
}
