package io.zaohua.learn.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.zaohua.learn.data.AnswerFiles;
import io.zaohua.learn.data.EncodingListener;
import io.zaohua.learn.data.FittingData;
import io.zaohua.learn.data.ReadyAnswers;
import io.zaohua.learn.data.ReadyBatches;
import io.zaohua.learn.data.RecordFiles;
import io.zaohua.learn.data.TextFiles;
import io.zaohua.learn.data.TextWindows;
import io.zaohua.learn.data.TokenFolder;
import io.zaohua.learn.data.TrainingData;
import io.zaohua.learn.recipe.DataSource;
import io.zaohua.learn.recipe.Method;
import io.zaohua.learn.recipe.ModelSource;
import io.zaohua.learn.recipe.Objective;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a run learns from, as its recipe's source and objective want it.
 *
 * @param held what it is evaluated on, if anything
 */
record RunData(TrainingData training, Optional<TrainingData> held) implements AutoCloseable {

  /**
   * Reads or opens it. Texts and records that are learned whole are encoded into the run's folder
   * {@code tokens}; {@code data.json} in the run's folder says what records were left out.
   */
  static RunData of(Recipe recipe, Subject subject, RunFolder folder, EncodingListener listener) {
    int vocabulary = subject.model().spec().vocabulary();
    int context = subject.model().spec().contextLength() - front(recipe.method());
    switch (recipe.data()) { // before files are read
      case DataSource.Text text -> FittingData.requireContext(text.length(), context);
      case DataSource.Records records -> FittingData.requireContext(records.length(), context);
      case DataSource.Batches _, DataSource.Given _ -> {}
    }
    RunData read = read(recipe, subject, folder, listener);
    return new RunData(
        new FittingData(read.training, vocabulary, context),
        read.held.map(held -> new FittingData(held, vocabulary, context)));
  }

  /** Positions that learned tokens take before every text. */
  private static int front(Method method) {
    return switch (method) {
      case Method.Virtual(int tokens, boolean _) -> tokens;
      case Method.Full _, Method.LowRank _, Method.Rescaled _ -> 0;
    };
  }

  private static RunData read(
      Recipe recipe, Subject subject, RunFolder folder, EncodingListener listener) {
    boolean compares = recipe.objective().comparesAnswers();
    boolean judged = recipe.objective() instanceof Objective.Judged;
    int rows = recipe.pace().batch();
    long seed = recipe.pace().seed();
    TokenFolder tokens = tokens(recipe, folder);
    return switch (recipe.data()) {
      case DataSource.Text _ when compares -> throw plainText();
      case DataSource.Text text -> {
        var read = TextFiles.read(text, subject.needTokenizer(), rows, seed, tokens, listener);
        yield new RunData(read.training(), read.held());
      }
      case DataSource.Records records when compares -> {
        var read = AnswerFiles.read(records, subject.encoder(), judged, rows, seed);
        report(folder, read.report().json());
        yield new RunData(read.training(), read.held());
      }
      case DataSource.Records records -> {
        var read = RecordFiles.read(records, subject.encoder(), rows, seed, tokens, listener);
        report(folder, read.said());
        yield new RunData(read.training(), read.held());
      }
      case DataSource.Batches batches -> {
        TrainingData training = ready(batches.file(), compares, judged);
        try {
          yield new RunData(training, batches.held().map(file -> ready(file, compares, judged)));
        } catch (RuntimeException | Error e) {
          close(training);
          throw e;
        }
      }
      case DataSource.Given _ -> throw DataSource.Given.refused();
    };
  }

  private static TokenFolder tokens(Recipe recipe, RunFolder folder) {
    Path model =
        switch (recipe.model()) {
          case ModelSource.Existing(Path path) -> path;
          case ModelSource.Fresh fresh -> fresh.tokenizer();
        };
    return new TokenFolder(folder.file("tokens"), List.of(model));
  }

  private static void report(RunFolder folder, JsonNode report) {
    folder.write("data.json", report.toPrettyString() + "\n");
  }

  private static TrainingData ready(Path file, boolean compares, boolean judged) {
    return compares ? ReadyAnswers.open(file, judged) : ReadyBatches.open(file);
  }

  private static UserError plainText() {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "The objective compares answers, and the data is plain text.", "目标需要比较回答,而数据是纯文本。"),
        Message.of(
            "Give records of prompt, chosen and rejected; see docs/guide/train.md.",
            "请给出含 prompt、chosen、rejected 的记录,见 docs/guide/train.md。"));
  }

  private static void close(TrainingData data) {
    switch (data) {
      case FittingData fitting -> close(fitting.data());
      case ReadyBatches batches -> batches.close();
      case ReadyAnswers answers -> answers.close();
      case TextWindows windows -> windows.close();
      default -> {}
    }
  }

  @Override
  public void close() {
    close(training);
    held.ifPresent(RunData::close);
  }
}
