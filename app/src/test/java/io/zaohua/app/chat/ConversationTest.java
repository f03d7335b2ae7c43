package io.zaohua.app.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.app.terminal.Console;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What inputs do to a conversation; the partner is an echo. */
final class ConversationTest {
  @TempDir Path folder;
  private final List<String> notes = new ArrayList<>();
  private final StringBuilder shown = new StringBuilder();
  private final List<Style> styles = new ArrayList<>();
  private Conversation conversation;

  @BeforeEach
  void begin() {
    conversation = conversation(this::echo);
  }

  private Screen screen() {
    return new Screen() {
      @Override
      public void text(String piece) {
        shown.append(piece);
      }

      @Override
      public void note(Message message) {
        notes.add(message.english());
      }
    };
  }

  private Conversation conversation(Partner partner) {
    Style style = new Style(0.8f, 40, 0.95f, 0, 1, 0);
    return new Conversation(
        "m", partner, new Sessions(folder), screen(), style, Optional.of("Be brief."));
  }

  private Partner.Answer echo(
      List<Turn> turns, Style style, Consumer<String> out, BooleanSupplier stopped) {
    styles.add(style);
    String text = turns.size() + ":" + turns.getLast().content();
    out.accept(text);
    return new Partner.Answer(text, 7, 3, 10, 2, "");
  }

  private boolean type(String input) {
    return conversation.take(input, () -> false);
  }

  @Test
  void anAnswerIsShownAndRemembered() {
    type("hello");

    assertThat(shown).hasToString("2:hello\n");
    assertThat(conversation.turns())
        .containsExactly(Turn.system("Be brief."), Turn.user("hello"), Turn.assistant("2:hello"));
  }

  @Test
  void theSpeedIsTold() {
    type("hello");

    assertThat(notes).containsExactly("[10 tokens, 5.0 tokens/s; prompt 7, of which 3 cached]");
  }

  @Test
  void regenAsksTheSameAgain() {
    type("hello");
    type("/regen");

    assertThat(shown).hasToString("2:hello\n2:hello\n");
    assertThat(conversation.turns()).hasSize(3);
  }

  @Test
  void resetKeepsTheSystemText() {
    type("hello");
    type("/reset");

    assertThat(conversation.turns()).containsExactly(Turn.system("Be brief."));
  }

  @Test
  void systemStartsAnew() {
    type("hello");
    type("/system Be long.");

    assertThat(conversation.turns()).containsExactly(Turn.system("Be long."));
  }

  @Test
  void aSavedSessionComesBack() {
    type("你好");
    List<Turn> before = conversation.turns();
    type("/save one");
    type("/reset");
    type("/load one");

    assertThat(conversation.turns()).isEqualTo(before);
  }

  @Test
  void sessionsAreTheirOwnersOnly() throws Exception {
    Path inner = Files.createDirectory(folder.resolve("sessions"));
    Files.setPosixFilePermissions(inner, PosixFilePermissions.fromString("rwxr-xr-x"));

    new Sessions(inner).save("one", "m", List.of(Turn.user("hello")));

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(inner)))
        .isEqualTo("rwx------");
  }

  @Test
  void whatWasTypedIsTheOwnersOnly() throws Exception {
    Path sessions = Files.createDirectory(folder.resolve("sessions"));
    Path old = Files.writeString(folder.resolve("chat_history"), "1:hello\n");
    Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rw-r--r--"));

    assertThat(new Sessions(sessions).history()).contains(old);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(old)))
        .isEqualTo("rw-------");
    assertThat(old).hasContent("1:hello");
    Files.delete(old);
    new Sessions(sessions).history();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(old)))
        .isEqualTo("rw-------");
  }

  @Test
  void aSessionsNameStaysInItsFolder() {
    type("/save ../evil");

    assertThat(notes.getLast()).contains("no name for a session");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFolderThatCannotBeWrittenLosesNothing() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    conversation =
        new Conversation(
            "m",
            this::echo,
            new Sessions(file),
            screen(),
            new Style(0, 0, 1, 0, 1, 0),
            Optional.empty());
    type("hello");

    assertThat(type("/save one")).isTrue();

    assertThat(notes.getLast()).contains("cannot be written");
    assertThat(conversation.turns()).hasSize(2);
  }

  @Test
  void aSessionThatIsNoTextLosesNothing() throws Exception {
    Files.write(folder.resolve("one.json"), new byte[] {(byte) 0xff});
    type("hello");

    assertThat(type("/load one")).isTrue();

    assertThat(notes.getLast()).contains("not a saved session");
    assertThat(conversation.turns()).hasSize(3);
  }

  @Test
  void aBrokenSessionLosesNothing() throws Exception {
    Files.writeString(folder.resolve("bad.json"), "{\"turns\": [1");
    type("hello");
    type("/load bad");

    assertThat(notes.getLast()).contains("is not a saved session");
    assertThat(conversation.turns()).hasSize(3);
  }

  @Test
  void theStyleChangesForTheNextAnswer() {
    type("/temp 0");
    type("/top-k 5");
    type("hello");

    assertThat(styles).containsExactly(new Style(0, 5, 0.95f, 0, 1, 0));
  }

  @Test
  void aStyleThatCannotBeIsRefused() {
    type("/temp hot");
    type("/top-p 1.5");

    assertThat(notes.get(0)).contains("needs a number");
    assertThat(notes.get(1)).contains("must lie between");
  }

  @Test
  void anUnknownCommandIsNotSaidToTheModel() {
    type("/helo");

    assertThat(notes.getLast()).contains("no command /helo");
    assertThat(conversation.turns()).hasSize(1);
  }

  @Test
  void aQuestionThatFailedIsNotRemembered() {
    conversation =
        conversation(
            (_, _, _, _) -> {
              throw new UserError(
                  UserError.Kind.CAPACITY,
                  new Message("The context is full.", "上下文已满。"),
                  new Message("Use /reset.", "请用 /reset。"));
            });
    type("hello");

    assertThat(notes).containsExactly("The context is full. Use /reset.");
    assertThat(conversation.turns()).hasSize(1);
  }

  @Test
  void exitLeaves() {
    assertThat(type("/exit")).isFalse();
    assertThat(type("hello")).isTrue();
  }

  @Test
  void throughAPipeSeveralLinesMakeOneInput() throws Exception {
    var out = new ByteArrayOutputStream();
    var err = new PrintStream(new ByteArrayOutputStream());
    var in =
        new ByteArrayInputStream(
            "one \\\ntwo\n\"\"\"three\n\nfour\"\"\"\nfive".getBytes(StandardCharsets.UTF_8));
    List<Conversation> begun = new ArrayList<>();

    PipedChat.run(
        new Console(in, out, err, false),
        screen -> {
          begun.add(
              new Conversation(
                  "m",
                  this::echo,
                  new Sessions(folder),
                  screen,
                  new Style(0, 0, 1, 0, 1, 0),
                  Optional.empty()));
          return begun.getFirst();
        });

    assertThat(begun.getFirst().turns().stream().filter(t -> t.role().equals("user")))
        .containsExactly(Turn.user("one \ntwo"), Turn.user("three\n\nfour"), Turn.user("five"));
    assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("5:five\n");
  }

  @Test
  void throughAPipeOtherBytesThanUtf8AreSaidToBeSo() {
    var in = new ByteArrayInputStream(new byte[] {'a', (byte) 0xff, '\n'});
    var console = new Console(in, new ByteArrayOutputStream(), System.err, false);

    assertThatThrownBy(() -> PipedChat.run(console, _ -> conversation))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("not UTF-8");
  }
}
