package io.zaohua.app.chat;

import io.zaohua.model.Message;
import java.util.Arrays;
import java.util.Optional;

/** What can be typed instead of something to say. */
enum Slash {
  HELP("help", "", "show this list", "显示本列表"),
  EXIT("exit", "", "leave (also Ctrl-D)", "离开(或按 Ctrl-D)"),
  RESET("reset", "", "forget what was said, keep the system text", "忘掉对话,保留系统提示"),
  SYSTEM("system", "[TEXT]", "show or set the system text; starts anew", "查看或设置系统提示,并重新开始"),
  REGEN("regen", "", "answer the last question again", "重新回答上一个问题"),
  SAVE("save", "NAME", "save the conversation", "保存会话"),
  LOAD("load", "NAME", "go on with a saved one", "载入会话"),
  TEMP("temp", "[X]", "temperature, 0 for the likeliest token always", "温度,0 表示总取最可能的词元"),
  TOP_K("top-k", "[N]", "keep the N likeliest tokens, 0 for all", "保留最可能的 N 个词元,0 为全部"),
  TOP_P("top-p", "[X]", "keep tokens up to this probability", "保留累计概率到 X 的词元"),
  MIN_P("min-p", "[X]", "drop tokens below this share of the likeliest", "舍弃低于最大概率此比例的词元"),
  SEED("seed", "[N]", "same seed, same text; -1 for a new one each time", "种子相同则文本相同,-1 为随机"),
  MAX("max", "[N]", "longest answer in tokens, 0 for no limit", "回答的最大词元数,0 为不限");

  final String word;
  final String argument;
  private final String english;
  private final String chinese;

  Slash(String word, String argument, String english, String chinese) {
    this.word = word;
    this.argument = argument;
    this.english = english;
    this.chinese = chinese;
  }

  /** One line of {@code /help}. */
  Message help() {
    String usage = "/" + word + (argument.isEmpty() ? "" : " " + argument);
    return Message.of("%-16s %s", "%-16s %s", usage, new Message(english, chinese).text());
  }

  static Optional<Slash> named(String word) {
    return Arrays.stream(values()).filter(s -> s.word.equals(word)).findFirst();
  }
}
