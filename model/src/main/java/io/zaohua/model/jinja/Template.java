package io.zaohua.model.jinja;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** A parsed template. Thread-safe: every rendering has its own state. */
public final class Template {
  private final List<Statement> body;

  private Template(List<Statement> body) {
    this.body = body;
  }

  /** Parses a source; one that is not valid is refused with its line. */
  public static Template of(String source) {
    if (source.length() > Limits.SOURCE) {
      throw report(
          1, TemplateError.limit("it is longer than %d characters", "它超过 %d 个字符", Limits.SOURCE));
    }
    try {
      return new Template(StatementParser.parse(Lexer.tokens(source)));
    } catch (LocatedError e) {
      throw report(e.line(), e.error());
    } catch (StackOverflowError e) {
      throw report(1, tooDeep());
    }
  }

  /** The text for these names, with the clock that {@code strftime_now} reads. */
  public String render(Map<String, Value> context, Clock clock) {
    return rendering(context, clock).text();
  }

  /** The same within other limits. */
  public String render(Map<String, Value> context, Clock clock, Limits limits) {
    return rendering(context, clock, limits).text();
  }

  /** The text, and what of it stands between generation and endgeneration. */
  public Rendering rendering(Map<String, Value> context, Clock clock) {
    long weight = context.values().stream().mapToLong(value -> value.shape().weight()).sum();
    return rendering(context, clock, Limits.forContext(weight));
  }

  private Rendering rendering(Map<String, Value> context, Clock clock, Limits limits) {
    Interpreter interpreter = new Interpreter(limits, clock);
    Scope scope = Scope.root();
    context.forEach(scope::set);
    try {
      return interpreter.rendering(body, scope);
    } catch (TemplateError e) {
      throw report(interpreter.line(), e);
    } catch (StackOverflowError e) {
      // The depth limit comes first on a stack of the usual size; a caller's may be smaller.
      throw report(interpreter.line(), tooDeep());
    }
  }

  private static TemplateError tooDeep() {
    return TemplateError.limit("it nests too deeply", "它的嵌套太深");
  }

  private static UserError report(int line, TemplateError error) {
    Message reason = error.reason();
    if (error.isRaised()) {
      return new UserError(
          error.kind(),
          Message.of(
              "The chat template refuses this conversation: %s.",
              "对话模板拒绝了这段对话:%s。", reason.english().strip().replaceAll("[.。]$", "")),
          Message.of("Change the messages to what the model expects.", "请把消息改成模型期望的样子。"));
    }
    return new UserError(
        error.kind(),
        new Message(
            "The chat template fails at line " + line + ": " + reason.english() + ".",
            "对话模板在第 " + line + " 行出错:" + reason.chinese() + "。"),
        Message.of(
            "Check the template, and that the messages have the parts it reads.",
            "请检查模板,以及消息是否包含它读取的内容。"));
  }
}
