package io.zaohua.learn.chat;

import static io.zaohua.learn.chat.Letters.object;
import static io.zaohua.learn.chat.Letters.spelled;
import static io.zaohua.learn.chat.Letters.talk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ChatEncoderTest {
  private static final String MARKED =
      """
      {%- for m in messages %}
      {{- '<|im_start|>' + m.role + '\\n' }}
      {%- if m.role == 'assistant' %}{% generation %}{{ m.content + '<|im_end|>' }}\
      {% endgeneration %}{% else %}{{ m.content + '<|im_end|>' }}{% endif %}
      {{- '\\n' }}
      {%- endfor %}""";

  /** Drops what it wrote for earlier turns, as templates of models that think do. */
  private static final String FORGETS =
      """
      {%- for m in messages %}
      {{- '<|im_start|>' + m.role + '\\n' }}
      {%- if loop.last and m.role == 'assistant' %}{{ '[think]' }}{% endif %}
      {{- m.content + '<|im_end|>\\n' }}
      {%- endfor %}
      {%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}""";

  private static ChatEncoder encoder(String template) {
    return ChatEncoder.of(Letters.tokenizer(), Optional.of(template));
  }

  private static String spell(String template, TrainOn what, Conversation conversation) {
    return spelled(encoder(template).encode(conversation, what));
  }

  @Test
  void answersAreLearnedWithTheTokenThatEndsThem() {
    assertThat(
            spell(
                Letters.SMOLLM2,
                TrainOn.ASSISTANT,
                talk("system: s", "user: hi", "assistant: yo", "user: b", "assistant: c d")))
        .isEqualTo(
            "<|im_start|>systemĊs<|im_end|>Ċ<|im_start|>userĊhi<|im_end|>Ċ"
                + "<|im_start|>assistantĊ⟦yo<|im_end|>⟧Ċ<|im_start|>userĊb<|im_end|>Ċ"
                + "<|im_start|>assistantĊ⟦cĠd<|im_end|>⟧Ċ");
  }

  @Test
  void idsAreThoseOfTheLetters() {
    Example example =
        encoder(Letters.SMOLLM2).encode(talk("system: s", "assistant: y"), TrainOn.ASSISTANT);
    int start = 97;
    int end = 98;
    int line = 95;
    assertThat(example.ids())
        .containsExactly(
            start, 's' - '!', 'y' - '!', 's' - '!', 't' - '!', 'e' - '!', 'm' - '!', line,
            's' - '!', end, line, start, 'a' - '!', 's' - '!', 's' - '!', 'i' - '!', 's' - '!',
            't' - '!', 'a' - '!', 'n' - '!', 't' - '!', line, 'y' - '!', end, line);
    assertThat(example.firstLearned()).isEqualTo(22);
    assertThat(example.lastLearned()).isEqualTo(23);
    assertThat(example.learnedTokens()).isEqualTo(2);
  }

  @Test
  void aTokenThatReachesIntoTheAnswerIsLearned() {
    assertThat(spell(Letters.SMOLLM2, TrainOn.ASSISTANT, talk("system: s", "assistant: \n\ny")))
        .endsWith("assistant⟦ĊĊĊy<|im_end|>⟧Ċ");
  }

  @Test
  void marksOfTheTemplateCount() {
    assertThat(spell(MARKED, TrainOn.ASSISTANT, talk("user: a", "assistant: b", "user: c")))
        .isEqualTo(
            "<|im_start|>userĊa<|im_end|>Ċ<|im_start|>assistantĊ⟦b<|im_end|>⟧Ċ"
                + "<|im_start|>userĊc<|im_end|>Ċ");
  }

  @Test
  void onlyTheLastAnswer() {
    Conversation talk = talk("user: a", "assistant: b", "user: c", "assistant: d");
    assertThat(spell(Letters.SMOLLM2, TrainOn.LAST, talk))
        .contains("b<|im_end|>Ċ<")
        .endsWith("Ċ⟦d<|im_end|>⟧Ċ");
    assertThat(spell(MARKED, TrainOn.LAST, talk)).contains("Ċb<").endsWith("Ċ⟦d<|im_end|>⟧Ċ");
  }

  @Test
  void everythingButTheFirstToken() {
    assertThat(spell(Letters.SMOLLM2, TrainOn.ALL, talk("system: a")))
        .isEqualTo("<|im_start|>⟦systemĊa<|im_end|>Ċ⟧");
  }

  @Test
  void aWeightOfZeroTakesAnAnswerOut() {
    var quiet = Conversation.message("assistant", "b").put("weight", 0);
    Conversation talk = talk("user: a").and(List.of(quiet)).and(talk("assistant: c").messages());
    assertThat(spell(Letters.SMOLLM2, TrainOn.ASSISTANT, talk))
        .contains("Ċb<|im_end|>Ċ")
        .endsWith("⟦c<|im_end|>⟧Ċ");
  }

  @Test
  void aTemplateThatForgetsIsRefusedUnlessOnlyTheLastTurnIsLearned() {
    Conversation talk = talk("user: a", "assistant: b", "user: c", "assistant: d");
    assertThatThrownBy(() -> encoder(FORGETS).encode(talk, TrainOn.ASSISTANT))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("does not keep what it wrote around message 2 once more follows");
    assertThat(spell(FORGETS, TrainOn.LAST, talk)).endsWith("Ċ⟦[think]d<|im_end|>⟧Ċ");
  }

  @Test
  void toolsAndCallsReachTheTemplateAsTheyAreWritten() {
    String template =
        "{{ tools | tojson }}{% for m in messages %}{% if m.tool_calls %}"
            + "{{ m.tool_calls[0].function.arguments | tojson }}{% else %}{{ m.content }}"
            + "{% endif %}<|im_end|>{% endfor %}";
    var call =
        object(
            "{\"role\": \"assistant\", \"tool_calls\": [{\"function\":"
                + " {\"name\": \"f\", \"arguments\": {\"x\": 1}}}]}");
    var talk =
        new Conversation(
            List.of(Conversation.message("user", "q"), call), List.of(object("{\"z\": 1}")));
    assertThat(spell(template, TrainOn.ASSISTANT, talk))
        .isEqualTo("[{\"z\":Ġ1}]q<|im_end|>⟦{\"x\":Ġ1}<|im_end|>⟧");
  }

  @Test
  void anAnswerAloneIsLearned() {
    var encoder = encoder(Letters.SMOLLM2);
    Answer answer =
        new Answer.InChat(
            talk("system: s", "assistant: a", "user: b"), talk("assistant: c").messages());
    assertThat(spelled(encoder.encode(answer))).contains("Ċa<").endsWith("⟦c<|im_end|>⟧Ċ");
    assertThat(spelled(encoder.encode(Answer.of("a ", "b", false)))).isEqualTo("aĠ⟦b<|im_end|>⟧");
  }
}
