package io.zaohua.app.chat;

import io.zaohua.app.terminal.Console;
import io.zaohua.model.Message;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** A conversation through pipes: lines in, answers on standard output, notes on standard error. */
public final class PipedChat {
  private PipedChat() {}

  /** Talks until the input ends. */
  public static void run(Console console, Function<Screen, Conversation> begin) throws IOException {
    Screen screen =
        new Screen() {
          @Override
          public void text(String piece) {
            console.print(piece);
          }

          @Override
          public void note(Message message) {
            console.note(message);
          }
        };
    Conversation conversation = begin.apply(screen);
    var reader = new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8));
    StringBuilder input = new StringBuilder();
    String line;
    while ((line = reader.readLine()) != null) {
      input.append(line);
      if (Lines.goesOn(input.toString())) {
        input.append('\n');
        continue;
      }
      if (!conversation.take(Lines.joined(input.toString()), () -> false)) {
        return;
      }
      input.setLength(0);
    }
    if (!input.isEmpty()) {
      conversation.take(Lines.joined(input.toString()), () -> false);
    }
  }
}
