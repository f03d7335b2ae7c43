package io.zaohua.app;

import io.zaohua.app.command.Command;
import io.zaohua.app.terminal.Console;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.PropertyResourceBundle;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * The command tree and how it is run. A start registers only the command that was asked for, since
 * reading annotations is most of picocli's start-up.
 */
final class CommandLines {
  private CommandLines() {}

  /** Parses the arguments and runs the command they name. */
  static int execute(Console console, List<Command> commands, String... arguments)
      throws Exception {
    if (arguments.length == 1 && (arguments[0].equals("--version") || arguments[0].equals("-V"))) {
      console.println(Root.version());
      return ExitCode.DONE.number();
    }
    List<Command> wanted =
        commands.stream()
            .filter(c -> arguments.length > 0 && c.name().equals(arguments[0]))
            .toList();
    CommandLine tree = tree(console, wanted.isEmpty() ? commands : wanted, commands);
    ParseResult parsed;
    try {
      parsed = tree.parseArgs(arguments);
    } catch (CommandLine.ParameterException e) {
      throw WrongUse.of(e);
    }
    CommandLine last = parsed.asCommandLineList().getLast();
    if (last.isUsageHelpRequested()) {
      console.print(usage(last));
      return ExitCode.DONE.number();
    }
    if (last.getParent() == null) {
      if (tree.isVersionHelpRequested()) {
        console.println(Root.version());
        return ExitCode.DONE.number();
      }
      console.err().print(usage(tree));
      return ExitCode.USAGE.number();
    }
    return ((Callable<?>) last.getCommand()).call() instanceof Integer code
        ? code
        : ExitCode.DONE.number();
  }

  /** The tree of the registered commands, its help in the user's language; completion sees all. */
  static CommandLine tree(Console console, List<Command> registered, List<Command> all) {
    CommandLine root = new CommandLine(new Root());
    for (Command command : registered) {
      root.addSubcommand(command.name(), command.create(console, () -> tree(console, all, all)));
    }
    root.setCaseInsensitiveEnumValuesAllowed(true);
    if (Message.speaksChinese()) {
      root.setResourceBundle(chineseHelp());
    }
    describeExitCodes(root);
    root.getSubcommands().values().forEach(CommandLines::describeExitCodes);
    return root;
  }

  private static void describeExitCodes(CommandLine line) {
    CommandSpec spec = line.getCommandSpec();
    spec.usageMessage()
        .exitCodeListHeading(new Message("%nExit codes:%n", "%n退出码:%n").text())
        .exitCodeList(ExitCode.help())
        .width(100);
  }

  static String usage(CommandLine line) {
    StringWriter text = new StringWriter();
    line.usage(new PrintWriter(text), CommandLine.Help.Ansi.OFF);
    return text.toString();
  }

  static PropertyResourceBundle chineseHelp() {
    try (var stream = CommandLines.class.getResourceAsStream("help_zh.properties")) {
      if (stream == null) {
        throw new IllegalStateException("help_zh.properties is missing from the jar");
      }
      return new PropertyResourceBundle(new InputStreamReader(stream, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Picocli's complaints as sentences in both languages. */
  private static final class WrongUse {
    static UserError of(CommandLine.ParameterException e) {
      String command = e.getCommandLine().getCommandSpec().qualifiedName();
      Message fact =
          switch (e) {
            case CommandLine.UnmatchedArgumentException u -> unmatched(u);
            case CommandLine.MissingParameterException m ->
                new Message(
                    sentence(m) + ".",
                    "缺少:"
                        + String.join("、", m.getMissing().stream().map(WrongUse::label).toList())
                        + "。");
            case CommandLine.OverwrittenOptionException o ->
                Message.of("%s is given more than once.", "%s 重复给出。", label(o.getOverwritten()));
            default ->
                e.getArgSpec() != null && e.getValue() != null
                    ? wrongValue(e.getArgSpec(), e.getValue())
                    : Message.of("%s.", "参数不对(%s)。", sentence(e));
          };
      return new UserError(
          UserError.Kind.USAGE,
          fact,
          wantsText(e)
              ? Message.of(
                  "Give it, or - to read standard input; see %s --help.",
                  "请给出,或用 - 读取标准输入;见 %s --help。", command)
              : Message.of("See %s --help.", "请看 %s --help。", command),
          e);
    }

    /** Whoever pipes a text in and names none is told how; other programs take the pipe unasked. */
    private static boolean wantsText(CommandLine.ParameterException e) {
      return e instanceof CommandLine.MissingParameterException m
          && m.getMissing().stream()
              .anyMatch(
                  argument ->
                      argument.isPositional()
                          && Set.of("PROMPT", "TEXT").contains(argument.paramLabel()));
    }

    private static Message wrongValue(CommandLine.Model.ArgSpec argument, String value) {
      Class<?> type = argument.auxiliaryTypes()[0];
      Message expected =
          type == Double.class || type == double.class || type == Float.class
              ? new Message("a number", "数")
              : type == Long.class || type == long.class
                  ? new Message("a whole number", "整数")
                  : type == Integer.class || type == int.class
                      ? new Message("a whole number up to 2147483647", "不超过 2147483647 的整数")
                      : type.isEnum()
                          ? new Message("one of " + words(type), words(type) + " 之一")
                          : new Message("another value", "其他值");
      return new Message(
          "%s is \"%s\", %s was expected.".formatted(label(argument), value, expected.english()),
          "%s 的值是“%s”,应为%s。".formatted(label(argument), value, expected.chinese()));
    }

    private static String words(Class<?> type) {
      return Arrays.stream(type.getEnumConstants())
          .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
          .collect(Collectors.joining(", "));
    }

    private static Message unmatched(CommandLine.UnmatchedArgumentException e) {
      String argument = e.getUnmatched().isEmpty() ? "" : e.getUnmatched().getFirst();
      boolean option = e.isUnknownOption();
      boolean command = !option && e.getCommandLine().getCommandSpec().parent() == null;
      String english =
          option
              ? "Unknown option: " + argument
              : (command ? "Unknown command: " : "One argument too many: ") + argument;
      String chinese = (option ? "未知选项:" : command ? "未知命令:" : "多余的参数:") + argument;
      List<String> near = e.getSuggestions();
      return near.isEmpty()
          ? new Message(english + ".", chinese + "。")
          : new Message(
              english + "; did you mean " + String.join(" or ", near) + "?",
              chinese + ",是否想用 " + String.join(" 或 ", near) + "?");
    }

    private static String label(CommandLine.Model.ArgSpec argument) {
      return argument instanceof CommandLine.Model.OptionSpec option
          ? option.longestName()
          : argument.paramLabel();
    }

    private static String sentence(CommandLine.ParameterException e) {
      String text = String.valueOf(e.getMessage());
      return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }
  }
}
