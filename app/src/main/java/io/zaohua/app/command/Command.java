package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * A command by name, made only when it is wanted.
 *
 * @param name what the user types
 * @param maker makes the command for a console; the tree is for commands about commands
 */
public record Command(String name, Maker maker) {

  /** The command itself: an object with picocli's annotations whose result is the exit code. */
  public Callable<Integer> create(Console console, Supplier<CommandLine> tree) {
    return maker.make(console, tree);
  }

  /** Makes a command. */
  @FunctionalInterface
  public interface Maker {
    Callable<Integer> make(Console console, Supplier<CommandLine> tree);
  }
}
