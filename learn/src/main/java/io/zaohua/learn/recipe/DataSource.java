package io.zaohua.learn.recipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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

  /** Ready batches in safetensors, used in order. */
  record Batches(Path file, Optional<Path> held) implements DataSource {}

  static DataSource read(Section s, Places places) {
    return switch (s.choice("format", "text", List.of("text", "batches"))) {
      case "batches" ->
          new Batches(
              places.find(s.name("file"), s.needText("file")),
              s.text("validation_file").map(f -> places.find(s.name("validation_file"), f)));
      default -> text(s, places);
    };
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
    var names = new java.util.ArrayList<>(s.texts(one));
    names.addAll(s.texts(many));
    return names.stream().map(n -> places.find(s.name(many), n)).toList();
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
