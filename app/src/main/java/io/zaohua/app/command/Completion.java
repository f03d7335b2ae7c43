package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;

/** Prints a script that teaches the shell our commands and options. */
@CommandLine.Command(
    name = "completion",
    description =
        "Print a completion script. bash, zsh: source <(zaohua completion bash). fish: zaohua"
            + " completion fish | source.")
final class Completion implements Callable<Integer> {
  /** The shells we write for; zsh reads the bash script through bashcompinit. */
  enum Shell {
    bash,
    zsh,
    fish
  }

  private final Console console;
  private final Supplier<CommandLine> tree;

  @Parameters(
      paramLabel = "SHELL",
      arity = "0..1",
      descriptionKey = "shell",
      description = "bash, zsh or fish.")
  private Shell shell = Shell.bash;

  Completion(Console console, Supplier<CommandLine> tree) {
    this.console = console;
    this.tree = tree;
  }

  @Override
  public Integer call() {
    console.print(
        switch (shell) {
          case bash, zsh -> AutoComplete.bash("zaohua", tree.get());
          case fish -> fish(tree.get());
        });
    return 0;
  }

  private static String fish(CommandLine root) {
    StringBuilder script = new StringBuilder("complete -c zaohua -f -n __fish_use_subcommand\n");
    for (Map.Entry<String, CommandLine> entry : root.getSubcommands().entrySet()) {
      String name = entry.getKey();
      var spec = entry.getValue().getCommandSpec();
      script.append(
          "complete -c zaohua -n __fish_use_subcommand -a %s -d '%s'\n"
              .formatted(name, text(spec.usageMessage().description())));
      for (OptionSpec option : spec.options()) {
        script.append("complete -c zaohua -n '__fish_seen_subcommand_from ").append(name);
        script.append('\'');
        for (String each : option.names()) {
          script.append(
              each.startsWith("--") ? " -l " + each.substring(2) : " -s " + each.charAt(1));
        }
        script.append(option.arity().max() > 0 ? " -r" : "");
        script.append(" -d '").append(text(option.description())).append("'\n");
      }
    }
    return script.toString();
  }

  private static String text(String[] description) {
    return String.join(" ", Arrays.asList(description)).replace("\\", "\\\\").replace("'", "\\'");
  }
}
