package io.zaohua.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.app.command.Commands;
import io.zaohua.app.terminal.Console;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Every text of the help exists in Chinese too. */
final class ChineseHelpTest {
  @Test
  void everyCommandAndArgumentIsDescribedInChinese() {
    CommandLine tree = CommandLines.tree(Console.ofProcess(), Commands.all(), Commands.all());
    tree.setResourceBundle(CommandLines.chineseHelp());
    List<String> english = new ArrayList<>();
    List<CommandLine> lines = new ArrayList<>(tree.getSubcommands().values());
    lines.add(tree);
    for (CommandLine line : lines) {
      var spec = line.getCommandSpec();
      check(spec.qualifiedName(), spec.usageMessage().description(), english);
      for (var option : spec.options()) {
        check(spec.qualifiedName() + " " + option.longestName(), option.description(), english);
      }
      for (var parameter : spec.positionalParameters()) {
        check(
            spec.qualifiedName() + " " + parameter.paramLabel(), parameter.description(), english);
      }
    }
    assertThat(english).isEmpty();
  }

  private static void check(String what, String[] texts, List<String> english) {
    if (texts.length == 0
        || !String.join("", texts)
            .codePoints()
            .anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN)) {
      english.add(what);
    }
  }
}
