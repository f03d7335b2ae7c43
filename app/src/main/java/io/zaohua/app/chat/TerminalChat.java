package io.zaohua.app.chat;

import io.zaohua.model.Message;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jline.keymap.KeyMap;
import org.jline.reader.Binding;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.Reference;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * A conversation in a terminal: editing, history, completion. Ctrl-C stops an answer or clears the
 * line, Ctrl-D leaves.
 */
public final class TerminalChat {
  private TerminalChat() {}

  /** Talks until the user leaves. */
  public static void run(Sessions sessions, Function<Screen, Conversation> begin)
      throws IOException {
    try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
      AtomicBoolean stopped = new AtomicBoolean();
      terminal.handle(Terminal.Signal.INT, _ -> stopped.set(true));
      Conversation conversation = begin.apply(screen(terminal));
      LineReader reader = reader(terminal, sessions);
      boolean more = true;
      while (more) {
        String input;
        try {
          input = reader.readLine("> ");
        } catch (UserInterruptException _) {
          continue;
        } catch (EndOfFileException _) {
          break;
        }
        stopped.set(false);
        more = conversation.take(Lines.joined(input), stopped::get);
      }
    }
  }

  private static Screen screen(Terminal terminal) {
    return new Screen() {
      @Override
      public void text(String piece) {
        terminal.writer().print(piece);
        terminal.flush();
      }

      @Override
      public void note(Message message) {
        terminal.writer().println(message.text());
        terminal.flush();
      }
    };
  }

  private static LineReader reader(Terminal terminal, Sessions sessions) {
    LineReaderBuilder builder =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("zaohua")
            .parser(new Continued())
            .completer(completer(sessions))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, ". ");
    sessions.history().ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
    LineReader reader = builder.build();
    reader
        .getWidgets()
        .put(
            "zaohua-newline",
            () -> {
              reader.getBuffer().write("\n");
              return true;
            });
    KeyMap<Binding> keys = Objects.requireNonNull(reader.getKeyMaps().get(LineReader.MAIN));
    keys.bind(new Reference("zaohua-newline"), "\033\r", "\033\n"); // Alt-Enter
    return reader;
  }

  private static Completer completer(Sessions sessions) {
    return (_, line, candidates) -> {
      if (line.wordIndex() == 0 && line.word().startsWith("/")) {
        for (Slash slash : Slash.values()) {
          candidates.add(new Candidate("/" + slash.word));
        }
      } else if (line.wordIndex() == 1
          && (line.words().getFirst().equals("/load") || line.words().getFirst().equals("/save"))) {
        sessions.names().forEach(name -> candidates.add(new Candidate(name)));
      }
    };
  }

  /** Asks for more lines where {@link Lines} says so; quotes and backslashes mean nothing else. */
  private static final class Continued implements Parser {
    private final DefaultParser words =
        new DefaultParser().quoteChars(new char[0]).escapeChars(null);

    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
      if (context == ParseContext.ACCEPT_LINE && Lines.goesOn(line)) {
        throw new EOFError(-1, -1, "goes on");
      }
      return words.parse(line, cursor, context);
    }
  }
}
