package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.learn.chat.ChatEncoder;
import io.zaohua.learn.chat.TrainOn;
import io.zaohua.learn.data.DataCheck;
import io.zaohua.learn.data.DataReport;
import io.zaohua.learn.recipe.DataSource;
import io.zaohua.learn.rows.RowFormat;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.checkpoint.Checkpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what training would find in data files: formats, lengths, what is left out and why. */
@CommandLine.Command(
    name = "data",
    description =
        "Check training data: formats, lengths, what would be left out and why, an example with"
            + " its learned tokens marked. Fails if records are broken.")
final class Data implements Callable<Integer> {
  /** What can be done with data. */
  enum Action {
    CHECK
  }

  private static final int LONGEST_EXAMPLE = 2000;

  private final Console console;

  @Parameters(
      index = "0",
      paramLabel = "check",
      descriptionKey = "data-check",
      description = "What to do: check.")
  private Action action = Action.CHECK;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "FILE",
      descriptionKey = "data-file",
      description = "JSONL, JSON, CSV, TSV or Parquet files, as data.files of a recipe.")
  private List<Path> files = List.of();

  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      description = "Whose tokenizer and chat template count; without it lengths are characters.")
  private Optional<String> model = Optional.empty();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "What the records are, where their keys do not say it: chat, alpaca, sharegpt,"
              + " completion, preference, unpaired, document.")
  private Optional<RowFormat> format = Optional.empty();

  @Option(
      names = "--train-on",
      paramLabel = "PART",
      description = "What of a conversation is learned: assistant (the default), last, all.")
  private TrainOn trainOn = TrainOn.ASSISTANT;

  @Option(
      names = "--length",
      paramLabel = "TOKENS",
      description = "Longer records would be left out, as with data.length of a recipe.")
  private Optional<Integer> length = Optional.empty();

  Data(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    return switch (action) {
      case CHECK -> check();
    };
  }

  private int check() {
    files.forEach(Data::requireFile);
    if (length.isPresent() && length.get() < 2) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "--length is %d, 2 tokens or more were expected.",
              "--length 为 %d,应至少为 2 个词元。", length.get()),
          Message.of("Give data.length of the recipe.", "请给出配方的 data.length。"));
    }
    DataCheck check = DataCheck.of(source(), model.map(this::encoder));
    print(check);
    DataReport.Dropped broken = check.report().dropped().get(DataReport.Reason.BROKEN);
    if (broken != null) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "%d of %d records are broken; the first: %s",
              "%d 条记录(共 %d 条)已损坏;第一条:%s",
              broken.count(),
              check.report().records(),
              broken.first().getFirst()),
          Message.of(
              "Mend them, or leave them out with data.broken: skip.",
              "请修正,或用 data.broken: skip 略去。"));
    }
    check.report().requireSome();
    return 0;
  }

  private static void requireFile(Path file) {
    if (Files.isRegularFile(file)) {
      return;
    }
    throw new UserError(
        Files.exists(file) ? UserError.Kind.INPUT : UserError.Kind.NOT_FOUND,
        Files.isDirectory(file)
            ? Message.of("%s is a folder, a file was expected.", "%s 是文件夹,应为文件。", file)
            : Files.exists(file)
                ? Message.of(
                    "%s is a pipe or a device, a file was expected.", "%s 是管道或设备,应为文件。", file)
                : Message.of("There is no file %s.", "没有文件 %s。", file),
        Message.of("Check the path.", "请检查路径。"));
  }

  private DataSource.Records source() {
    var rules = new DataSource.Rules(true, false, DataSource.Repeats.NEAR, 0.8);
    return new DataSource.Records(
        files,
        List.of(),
        0,
        Optional.empty(),
        format,
        trainOn,
        Optional.empty(),
        Math.min(length.orElse(Integer.MAX_VALUE), Integer.MAX_VALUE - 8),
        true,
        false,
        rules);
  }

  private ChatEncoder encoder(String name) {
    try (Checkpoint checkpoint = Checkpoint.open(ModelOption.resolve(console, name))) {
      return ChatEncoder.of(
          checkpoint
              .tokenizer()
              .orElseThrow(
                  () ->
                      new UserError(
                          UserError.Kind.UNSUPPORTED,
                          Message.of("%s has no tokenizer.", "%s 没有分词器。", name),
                          Message.of("Name another model.", "请换一个模型。"))),
          checkpoint.chatTemplate());
    }
  }

  private void print(DataCheck check) {
    DataReport report = check.report();
    report.formats().forEach((file, found) -> console.println(file + ": " + found.word()));
    line(
        Message.of("%,d records, %,d usable", "%,d 条记录,可用 %,d 条", report.records(), report.kept()));
    Message unit =
        model.isPresent() ? new Message("tokens", "词元") : new Message("characters", "字符");
    String spread =
        String.format(
            Locale.ROOT,
            "%,d .. %,d .. %,d .. %,d",
            report.length(0),
            report.length(0.5),
            report.length(0.95),
            report.length(1));
    line(
        new Message(
            "length in " + unit.english() + " (shortest, median, 95 %, longest): " + spread,
            "长度,以" + unit.chinese() + "计(最短、中位、95 %、最长):" + spread));
    if (model.isPresent()) {
      line(
          Message.of(
              "learned: %,d of %,d tokens",
              "学习 %,d 个词元,共 %,d 个", report.learnedTokens(), report.tokens()));
    }
    report.dropped().forEach((reason, dropped) -> print(reason, dropped));
    if (check.unended() > 0) {
      line(
          Message.of(
              "in %,d records what is learned does not end with an end token: the model would not"
                  + " learn to stop",
              "有 %,d 条记录的学习部分不以结束词元收尾:模型学不会停止", check.unended()));
    }
    check
        .example()
        .ifPresent(
            text -> {
              line(Message.of("example, learned between ⟦ and ⟧:", "示例,⟦ 与 ⟧ 之间为学习部分:"));
              boolean whole = text.length() <= LONGEST_EXAMPLE;
              console.println(whole ? text : text.substring(0, LONGEST_EXAMPLE) + " ...");
            });
  }

  private void print(DataReport.Reason reason, DataReport.Dropped dropped) {
    console.println(
        String.format(Locale.ROOT, "%s: %,d", reason.message().text(), dropped.count()));
    dropped.first().forEach(place -> console.println("  " + place));
    if (dropped.count() > dropped.first().size()) {
      console.println("  ...");
    }
  }

  private void line(Message message) {
    console.println(message.text());
  }
}
