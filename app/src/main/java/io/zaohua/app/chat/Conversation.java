package io.zaohua.app.chat;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What was said so far, and what each input does to it. Knows no terminal: whoever reads lines
 * hands them in.
 */
public final class Conversation {
  private final String model;
  private final Partner partner;
  private final Sessions sessions;
  private final Screen screen;
  private final List<Turn> turns = new ArrayList<>();
  private Style style;

  public Conversation(
      String model,
      Partner partner,
      Sessions sessions,
      Screen screen,
      Style style,
      Optional<String> system) {
    this.model = model;
    this.partner = partner;
    this.sessions = sessions;
    this.screen = screen;
    this.style = style;
    system.ifPresent(text -> turns.add(Turn.system(text)));
  }

  /** All turns, the system's included. */
  public List<Turn> turns() {
    return List.copyOf(turns);
  }

  /** Goes on with a saved session. */
  public void resume(String name) {
    List<Turn> loaded = sessions.load(name);
    turns.clear();
    turns.addAll(loaded);
    screen.note(
        Message.of(
            "%d turns loaded, %d tokens of them cached.",
            "已载入 %d 条对话,其中 %d 个词元已缓存。", loaded.size(), recalled(name)));
  }

  /** Tokens that need no reading again; why it is none stands in one note. */
  private int recalled(String name) {
    Path cache = sessions.cache(name);
    if (!Files.isRegularFile(cache)) {
      return 0;
    }
    try {
      return partner.recall(cache);
    } catch (UserError e) {
      screen.note(new Message(e.text(), e.text()));
      return 0;
    }
  }

  private void save(String name) {
    Path file = sessions.save(name, model, turns);
    int tokens = 0;
    try {
      tokens = partner.keep(turns(), sessions.cache(name));
    } catch (UserError e) { // the text is safe, only reading it again is not saved
      screen.note(new Message(e.text(), e.text()));
    }
    screen.note(
        Message.of("Saved: %s, %d tokens cached.", "已保存:%s,缓存 %d 个词元。", file.toString(), tokens));
  }

  /**
   * Takes one input: something to say, or a slash command. Errors are shown and the conversation
   * goes on.
   *
   * @param stopped asked while an answer is being made
   * @return false when the user wants to leave
   */
  public boolean take(String input, BooleanSupplier stopped) {
    String text = input.strip();
    if (text.isEmpty()) {
      return true;
    }
    try {
      if (!text.startsWith("/")) {
        say(text, stopped);
        return true;
      }
      String[] words = text.substring(1).split("\\s+", 2);
      Optional<Slash> slash = Slash.named(words[0]);
      if (slash.isEmpty()) {
        throw new UserError(
            UserError.Kind.USAGE,
            Message.of("There is no command /%s.", "没有命令 /%s。", words[0]),
            new Message("See /help.", "请看 /help。"));
      }
      return command(slash.get(), words.length > 1 ? words[1] : "", stopped);
    } catch (UserError e) {
      screen.note(new Message(e.text(), e.text()));
      return true;
    }
  }

  private boolean command(Slash slash, String argument, BooleanSupplier stopped) {
    switch (slash) {
      case EXIT -> {
        return false;
      }
      case HELP -> {
        for (Slash each : Slash.values()) {
          screen.note(each.help());
        }
        screen.note(
            new Message(
                "Several lines: end a line with \\, open with \"\"\", or press Alt-Enter. Ctrl-C"
                    + " stops an answer.",
                "多行输入:行尾加 \\,以 \"\"\" 开始,或按 Alt-Enter。Ctrl-C 停止回答。"));
      }
      case RESET -> restart(system());
      case SYSTEM -> {
        if (argument.isEmpty()) {
          screen.note(
              system()
                  .map(s -> new Message(s, s))
                  .orElse(new Message("No system text is set.", "未设置系统提示。")));
        } else {
          restart(Optional.of(argument));
        }
      }
      case REGEN -> regenerate(stopped);
      case SAVE -> save(argument);
      case LOAD -> resume(argument);
      case TEMP, TOP_K, TOP_P, MIN_P, SEED, MAX -> {
        style = argument.isEmpty() ? style : style.with(slash.word, argument);
        screen.note(new Message(style.toString(), style.toString()));
      }
    }
    return true;
  }

  private void say(String text, BooleanSupplier stopped) {
    turns.add(Turn.user(text));
    answer(stopped);
  }

  private void regenerate(BooleanSupplier stopped) {
    if (!turns.isEmpty() && turns.getLast().role().equals("assistant")) {
      turns.removeLast();
    }
    if (turns.isEmpty() || !turns.getLast().role().equals("user")) {
      screen.note(new Message("There is no question to answer yet.", "还没有可回答的问题。"));
      return;
    }
    answer(stopped);
  }

  private void answer(BooleanSupplier stopped) {
    Partner.Answer answer;
    try {
      answer = partner.answer(turns(), style, screen::text, stopped);
    } catch (UserError e) {
      turns.removeLast(); // the question could not be asked: it is as if it had not been
      throw e;
    }
    screen.text("\n");
    turns.add(Turn.assistant(answer.text()));
    double speed = answer.seconds() > 0 ? answer.tokens() / answer.seconds() : 0;
    screen.note(
        Message.of(
            "[%d tokens, %.1f tokens/s; prompt %d, of which %d cached%s]",
            "[%d 个词元,%.1f 词元/秒;提示 %d,其中缓存 %d%s]",
            answer.tokens(),
            speed,
            answer.promptTokens(),
            answer.cachedTokens(),
            answer.note().isEmpty() ? "" : "; " + answer.note()));
  }

  private void restart(Optional<String> system) {
    turns.clear();
    system.ifPresent(text -> turns.add(Turn.system(text)));
    screen.note(new Message("A new conversation begins.", "新的对话开始。"));
  }

  private Optional<String> system() {
    return turns.stream().filter(t -> t.role().equals("system")).map(Turn::content).findFirst();
  }
}
