package io.zaohua.model.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.zaohua.model.Message;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Jackson found wrong, in a reader's words; its own name classes and settings of Java's. */
public final class JsonFault {
  private static final Pattern TOKEN =
      Pattern.compile("^(?:Unrecognized|Non-standard) token '([^']{1,40})'");
  private static final Pattern CHARACTER = Pattern.compile("'(.{1,2})' \\(code (\\d+)");
  private static final Pattern CONTROL = Pattern.compile("CTRL-CHAR, code (\\d+)");

  private JsonFault() {}

  /** What is wrong, to stand in a sentence. */
  public static Message of(JsonProcessingException e) {
    String said = String.valueOf(e.getOriginalMessage());
    if (e instanceof StreamConstraintsException) {
      return said.startsWith("Document nesting")
          ? new Message("it is nested deeper than 1000", "嵌套超过 1000 层")
          : new Message("a text, name or number in it is too long", "其中的文本、键名或数过长");
    }
    if (e instanceof JsonEOFException || said.startsWith("Unexpected end-of-input")) {
      return new Message("it ends too early", "提前结束");
    }
    if (said.startsWith("Trailing token")) {
      return new Message("something follows the object", "对象之后还有别的内容");
    }
    Matcher control = CONTROL.matcher(said);
    if (control.find()) {
      return Message.of(
          "control character %s, which must be escaped", "控制字符 %s 须转义", control.group(1));
    }
    Matcher token = TOKEN.matcher(said);
    if (token.find()) {
      return Message.of("the word %s is unknown", "无法识别的词 %s", token.group(1));
    }
    Matcher character = CHARACTER.matcher(said);
    if (character.find()) {
      return Message.of(
          "%s was not expected, code %s", "不应有 %s,编码 %s", character.group(1), character.group(2));
    }
    return said.startsWith("Invalid UTF-8")
        ? new Message("it is not UTF-8", "不是 UTF-8")
        : Message.of("%s", "%s", Message.oneLine(said, 80));
  }
}
