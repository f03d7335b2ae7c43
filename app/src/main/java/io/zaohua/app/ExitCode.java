package io.zaohua.app;

import io.zaohua.model.Message;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the process ends with; part of the command line's contract. */
public enum ExitCode {
  DONE(0, "done", "完成"),
  FAILED(1, "failed; one sentence on stderr says why", "失败,标准错误上有一句说明"),
  USAGE(2, "wrong use of the command line", "命令行用法不对"),
  INTERRUPTED(130, "interrupted by Ctrl-C", "被 Ctrl-C 中断");

  private final int number;
  private final String english;
  private final String chinese;

  ExitCode(int number, String english, String chinese) {
    this.number = number;
    this.english = english;
    this.chinese = chinese;
  }

  public int number() {
    return number;
  }

  /** Number to meaning, as {@code --help} lists them. */
  static Map<String, String> help() {
    Map<String, String> lines = new LinkedHashMap<>();
    for (ExitCode code : values()) {
      lines.put(Integer.toString(code.number), new Message(code.english, code.chinese).text());
    }
    return lines;
  }
}
