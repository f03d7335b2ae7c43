package io.zaohua.app.command;

import java.util.List;

/** All commands, in the order of the help. */
public final class Commands {
  private static final List<Command> ALL =
      List.of(
          new Command("generate", (console, _) -> new Generate(console)),
          new Command("chat", (console, _) -> new Chat(console)),
          new Command("tokenize", (console, _) -> new Tokenize(console)),
          new Command("template", (console, _) -> new Template(console)),
          new Command("logits", (console, _) -> new Logits(console)),
          new Command("perplexity", (console, _) -> new PerplexityOf(console)),
          new Command("bench", (console, _) -> new Bench(console)),
          new Command("show", (console, _) -> new Show(console)),
          new Command("list", (console, _) -> new ListModels(console)),
          new Command("pull", (console, _) -> new Pull(console)),
          new Command("rm", (console, _) -> new Remove(console)),
          new Command("convert", (console, _) -> new Convert(console)),
          new Command("quantize", (console, _) -> new Quantize(console)),
          new Command("merge", (console, _) -> new Merge(console)),
          new Command("export", (console, _) -> new Export(console)),
          new Command("tokenizer", (console, _) -> new TrainTokenizer(console)),
          new Command("train", (console, _) -> new Train(console)),
          new Command("data", (console, _) -> new Data(console)),
          new Command("poems", (console, _) -> new Poems(console)),
          new Command("completion", Completion::new));

  private Commands() {}

  public static List<Command> all() {
    return ALL;
  }
}
