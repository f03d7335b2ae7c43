package io.zaohua.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.app.TinyCheckpoint;
import io.zaohua.app.chat.Conversation;
import io.zaohua.app.chat.Screen;
import io.zaohua.app.chat.Sessions;
import io.zaohua.app.chat.Style;
import io.zaohua.app.chat.Turn;
import io.zaohua.engine.ChatPrompt;
import io.zaohua.engine.LanguageModel;
import io.zaohua.engine.LoadOptions;
import io.zaohua.engine.sample.SamplingOptions;
import io.zaohua.model.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A session goes on in another run of the program, with the model's cache. */
final class ChatSessionTest {
  @TempDir private Path folder;
  private Path checkpoint = Path.of("");
  private final List<String> notes = new ArrayList<>();
  private List<Turn> said = List.of();

  /** One run of the program: loads the model, types the lines, ends. */
  private void run(Path checkpoint, String... lines) {
    notes.clear();
    Screen screen =
        new Screen() {
          @Override
          public void text(String piece) {}

          @Override
          public void note(Message message) {
            notes.add(message.english());
          }
        };
    try (LanguageModel model =
        LanguageModel.load(
            checkpoint, LoadOptions.defaults().withThreads(1).withContextLength(512))) {
      var conversation =
          new Conversation(
              "tiny",
              new Chat.ModelPartner(model, ChatPrompt.of(model), SamplingOptions.greedy()),
              new Sessions(folder.resolve("sessions")),
              screen,
              new Style(0, 0, 1, 0, 1, 8),
              Optional.empty());
      for (String line : lines) {
        conversation.take(line, () -> false);
      }
      said = conversation.turns();
    }
  }

  @BeforeEach
  void talkAndSave() {
    checkpoint = TinyCheckpoint.write(folder, 9);
    run(checkpoint, "tell me of the sea and the hills ".repeat(5), "/save one");
    assertThat(notes.getLast()).matches("Saved: .*one\\.json, 128 tokens cached\\.");
  }

  private Path cache() {
    return folder.resolve("sessions/one.kv");
  }

  @Test
  void aLoadedSessionNeedsNoReadingAgain() {
    List<Turn> before = said;

    run(checkpoint, "/load one");
    assertThat(said).isEqualTo(before);
    assertThat(notes).containsExactly("2 turns loaded, 128 tokens of them cached.");

    run(checkpoint, "/load one", "go on");
    assertThat(notes.getLast()).contains("of which 128 cached");
  }

  @Test
  void theAnswerIsTheSameWithAndWithoutTheCache() throws IOException {
    run(checkpoint, "/load one", "go on");
    List<Turn> with = said;
    Files.delete(cache());

    run(checkpoint, "/load one", "go on");

    assertThat(said).isEqualTo(with);
    assertThat(notes.getFirst()).isEqualTo("2 turns loaded, 0 tokens of them cached.");
    assertThat(notes.getLast()).contains("of which 0 cached");
  }

  @Test
  void aCacheCutOffCostsOneNote() throws IOException {
    Files.write(cache(), Arrays.copyOf(Files.readAllBytes(cache()), 5000));

    run(checkpoint, "/load one", "go on");

    assertThat(notes).hasSize(3);
    assertThat(notes.getFirst()).contains("no whole file").contains("read again");
    assertThat(said).hasSize(4);
  }

  @Test
  void anotherModelGoesOnFromTheText() {
    run(TinyCheckpoint.write(folder, 10), "/load one", "go on");

    assertThat(notes).hasSize(3);
    assertThat(notes.getFirst()).contains("another model").contains("read again");
    assertThat(said).hasSize(4);
  }
}
