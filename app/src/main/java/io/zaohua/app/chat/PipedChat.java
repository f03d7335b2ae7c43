package io.zaohua.app.chat;

import io.zaohua.app.terminal.Console;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
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
    try {
      talk(console, begin.apply(screen));
    } catch (CharacterCodingException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          new Message("Standard input is not UTF-8 text.", "标准输入不是 UTF-8 文本。"),
          new Message(
              "Convert it first, for example with: iconv -f GB18030 -t UTF-8.",
              "请先转换编码,例如:iconv -f GB18030 -t UTF-8。"),
          e);
    }
  }

  private static void talk(Console console, Conversation conversation) throws IOException {
    var utf8 = StandardCharsets.UTF_8.newDecoder(); // throws on malformed input
    var reader = new BufferedReader(new InputStreamReader(console.in(), utf8));
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
