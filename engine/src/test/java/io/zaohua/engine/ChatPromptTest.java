package io.zaohua.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.zaohua.model.UserError;
import io.zaohua.model.chat.Chat;
import io.zaohua.model.chat.ChatMessage;
import io.zaohua.model.chat.ToolDefinition;
import io.zaohua.model.gguf.GgufValue;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatPromptTest {
  private static final String PLAIN =
      "{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}";
  private static final String TOOLS = "{{ tools[0].function.name }}";

  private static final Chat CHAT = Chat.of(List.of(ChatMessage.user("ab a")));
  private static final Chat CHAT_WITH_TOOLS =
      CHAT.with(List.of(new ToolDefinition("dab", "does", JsonNodeFactory.instance.objectNode())));

  @TempDir private Path folder;

  private LanguageModel model(Map<String, GgufValue> metadata) {
    return TinyModel.load(TinyModel.write(folder, 1, metadata));
  }

  @Test
  void aPromptIsWrittenByTheModelsTemplateWithItsOwnTokens() {
    try (LanguageModel model = model(Map.of("tokenizer.chat_template", GgufValue.text(PLAIN)))) {
      ChatPrompt prompt = ChatPrompt.of(model);
      assertThat(prompt.text(CHAT)).isEqualTo("ab a<end>");
      assertThat(prompt.ids(CHAT.messages())).endsWith(TinyModel.END).hasSize(4);
    }
  }

  @Test
  void toolsAreWrittenByTheTemplateForTools() {
    Map<String, GgufValue> both =
        Map.of(
            "tokenizer.chat_template",
            GgufValue.text(PLAIN),
            "tokenizer.chat_template.tool_use",
            GgufValue.text(TOOLS));
    try (LanguageModel model = model(both)) {
      ChatPrompt prompt = ChatPrompt.of(model);
      assertThat(prompt.text(CHAT)).isEqualTo("ab a<end>");
      assertThat(prompt.text(CHAT_WITH_TOOLS)).isEqualTo("dab");
    }
  }

  @Test
  void withoutATemplateForToolsTheOnlyOneServes() {
    try (LanguageModel model = model(Map.of("tokenizer.chat_template", GgufValue.text(PLAIN)))) {
      assertThat(ChatPrompt.of(model).text(CHAT_WITH_TOOLS)).isEqualTo("ab a<end>");
    }
  }

  @Test
  void aModelWithoutTemplateSaysSo() {
    try (LanguageModel model = model(Map.of())) {
      assertThatThrownBy(() -> ChatPrompt.of(model))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("no chat template");
    }
  }
}
