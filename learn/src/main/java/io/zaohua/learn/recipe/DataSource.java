package io.zaohua.learn.recipe;

import io.zaohua.learn.chat.TrainOn;
import io.zaohua.learn.rows.RowFile;
import io.zaohua.learn.rows.RowFormat;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a model is trained on. */
public sealed interface DataSource {

  /**
   * Plain text, packed into windows.
   *
   * @param files UTF-8 files
   * @param held files for evaluation only
   * @param share share of the documents held out for evaluation, where no files are
   * @param separator what stands between documents; empty: each file is one
   * @param length tokens of a window
   * @param whole whether documents are kept whole in a window where they fit
   * @param across whether a token sees other documents in its window
   * @param special whether control tokens written in the text count as such
   * @param end whether the end token follows each document
   */
  record Text(
      List<Path> files,
      List<Path> held,
      double share,
      String separator,
      int length,
      boolean whole,
      boolean across,
      boolean special,
      boolean end)
      implements DataSource {
    public Text {
      files = List.copyOf(files);
      held = List.copyOf(held);
    }
  }

  /**
   * Records: conversations, questions with answers, preferences.
   *
   * @param files JSONL, JSON, CSV ..
   * @param held files for evaluation only
   * @param share share of the records held out for evaluation, where no files are
   * @param kind the kind of all files; empty: what each one's ending says
   * @param format what the records are; empty: what the keys of a file's first one say
   * @param trainOn what of a conversation is learned
   * @param template whether texts are put in the model's chat template; empty: where it has one
   * @param length tokens of a window
   * @param whole whether records are kept whole in a window
   * @param across whether a token sees other records in its window
   * @param rules what is left out
   */
  record Records(
      List<Path> files,
      List<Path> held,
      double share,
      Optional<RowFile> kind,
      Optional<RowFormat> format,
      TrainOn trainOn,
      Optional<Boolean> template,
      int length,
      boolean whole,
      boolean across,
      Rules rules)
      implements DataSource {
    public Records {
      files = List.copyOf(files);
      held = List.copyOf(held);
    }
  }

  /**
   * Which records are left out.
   *
   * @param skipBroken whether broken ones are counted and left out, or stop the run
   * @param cutLong whether those longer than a window are cut at its end, or left out
   * @param duplicates which repetitions are left out
   * @param similarity from which share of common five-word sequences on two are near duplicates
   */
  record Rules(boolean skipBroken, boolean cutLong, Repeats duplicates, double similarity) {
    /** Nothing is forgiven, nothing but what is too long is left out. */
    public static final Rules STRICT = new Rules(false, false, Repeats.KEEP, 0.8);
  }

  /** Which repetitions are left out. */
  enum Repeats {
    KEEP,
    EXACT,
    NEAR
  }

  /** Ready batches in safetensors, used in order. */
  record Batches(Path file, Optional<Path> held) implements DataSource {}

  /** Examples that the calling program gives, see {@link Objective.Grpo}. */
  record Given() implements DataSource {

    /** Such a recipe was run without a program that gives them. */
    public static UserError refused() {
      return new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "objective: grpo needs a reward, which is a method in Java.",
              "objective: grpo 需要奖励,即一个 Java 方法。"),
          Message.of(
              "Call Grpo.run; examples/ has GRPO on arithmetic.",
              "请调用 Grpo.run;examples/ 中有算术的 GRPO 示例。"));
    }
  }

  static DataSource read(Section s, Places places) {
    String format = s.choice("format", byEnding(s), FORMATS);
    return switch (format) {
      case "batches" ->
          new Batches(
              places.file(s.name("file"), s.needText("file")),
              s.text("validation_file").map(f -> places.file(s.name("validation_file"), f)));
      case "text" -> text(s, places);
      default -> records(format, s, places);
    };
  }

  /** Kinds of files, whose records say by their keys what they are, and formats of records. */
  List<String> FORMATS =
      Stream.of(
              Stream.of("text", "batches"),
              Arrays.stream(RowFile.values()).map(RowFile::word),
              RowFormat.words().stream())
          .flatMap(words -> words)
          .toList();

  private static String byEnding(Section s) {
    var names = new ArrayList<>(s.texts("file"));
    names.addAll(s.texts("files"));
    return names.stream()
        .findFirst()
        .map(name -> Section.path(s.name("file"), name))
        .map(
            file ->
                file.toString().endsWith(".safetensors")
                    ? "batches"
                    : RowFile.of(file).map(RowFile::word).orElse("text"))
        .orElse("text");
  }

  private static Records records(String format, Section s, Places places) {
    List<Path> files = files(s, places, "file", "files");
    if (files.isEmpty()) {
      throw s.missing("file");
    }
    return new Records(
        files,
        files(s, places, "validation_file", "validation_files"),
        s.number("validation", 0, 0, 0.9),
        Arrays.stream(RowFile.values()).filter(k -> k.word().equals(format)).findFirst(),
        RowFormat.named(format),
        TrainOn.valueOf(
            s.choice("train_on", "assistant", List.of("assistant", "last", "all"))
                .toUpperCase(Locale.ROOT)),
        s.has("template") ? Optional.of(s.flag("template", true)) : Optional.empty(),
        s.whole("length", 256, 2),
        s.choice("packing", "whole", List.of("cut", "whole")).equals("whole"),
        s.flag("across_documents", false),
        rules(s));
  }

  private static Rules rules(Section s) {
    return new Rules(
        s.choice("broken", "refuse", List.of("refuse", "skip")).equals("skip"),
        s.choice("too_long", "drop", List.of("drop", "cut")).equals("cut"),
        Repeats.valueOf(
            s.choice("duplicates", "keep", List.of("keep", "exact", "near"))
                .toUpperCase(Locale.ROOT)),
        s.number("similarity", 0.8, 0.3, 1));
  }

  private static Text text(Section s, Places places) {
    List<Path> files = files(s, places, "file", "files");
    if (files.isEmpty()) {
      throw s.missing("file");
    }
    return new Text(
        files,
        files(s, places, "validation_file", "validation_files"),
        s.number("validation", 0, 0, 0.9),
        s.text("separator").map(DataSource::separator).orElse(""),
        s.whole("length", 256, 2),
        s.choice("packing", "cut", List.of("cut", "whole")).equals("whole"),
        s.flag("across_documents", false),
        s.flag("special_tokens", false),
        s.flag("end_token", true));
  }

  private static List<Path> files(Section s, Places places, String one, String many) {
    var names = new ArrayList<>(s.texts(one));
    names.addAll(s.texts(many));
    return names.stream().map(n -> places.file(s.name(many), n)).toList();
  }

  /** {@code line} and {@code blank line} by name, anything else as it is. */
  private static String separator(String given) {
    return switch (given) {
      case "line" -> "\n";
      case "blank line" -> "\n\n";
      case "none" -> "";
      default -> given;
    };
  }
}
