package io.zaohua.app.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.app.terminal.Console;
import io.zaohua.app.terminal.Utf8;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.chat.ChatTemplate;
import io.zaohua.model.chat.ChatTemplates;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Renders a chat template: the prompt, byte for byte, and nothing after it. */
@CommandLine.Command(
    name = "template",
    description = "Render a chat template with a context; prints the prompt byte for byte.")
final class Template implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Console console;

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      descriptionKey = "template-file",
      description = "A Jinja template, or a tokenizer_config.json that holds one.")
  private Path file = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "CONTEXT.json",
      descriptionKey = "template-context",
      description = "What the template reads: messages, tools, add_generation_prompt, ...")
  private Path context = Path.of("");

  @Option(
      names = "--now",
      paramLabel = "ISO",
      description = "The time strftime_now tells, such as 2026-11-24T12:00:00.")
  private Optional<String> now = Optional.empty();

  Template(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    String source = Utf8.read(file);
    JsonNode values = json(context, Utf8.read(context));
    ChatTemplate template =
        file.toString().endsWith(".json")
            ? ChatTemplates.ofTokenizerConfig(json(file, source)).choose(values.hasNonNull("tools"))
            : ChatTemplate.of(source);
    console.print(
        template.render(
            values, now.map(Template::clock).orElse(Clock.system(ZoneId.systemDefault()))));
    return 0;
  }

  private static JsonNode json(Path path, String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("%s is not valid JSON.", "%s 不是合法的 JSON。", path),
          Message.of("Mend it near line %d.", "请修正第 %d 行附近。", e.getLocation().getLineNr()),
          e);
    }
  }

  private static Clock clock(String iso) {
    try {
      var time =
          DateTimeFormatter.ISO_DATE_TIME.parseBest(iso, OffsetDateTime::from, LocalDateTime::from);
      return switch (time) {
        case OffsetDateTime t -> Clock.fixed(t.toInstant(), t.getOffset());
        case LocalDateTime t -> Clock.fixed(t.toInstant(ZoneOffset.UTC), ZoneId.of("UTC"));
        default -> throw new DateTimeException(iso);
      };
    } catch (DateTimeException e) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("--now is \"%s\", which is no ISO time.", "--now 的值 “%s” 不是 ISO 时间。", iso),
          new Message("For example: 2026-11-24T12:00:00.", "例如:2026-11-24T12:00:00。"),
          e);
    }
  }
}
