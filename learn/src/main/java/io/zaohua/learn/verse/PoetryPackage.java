package io.zaohua.learn.verse;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.houbb.opencc4j.util.ZhConverterUtil;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.verse.Form;
import io.zaohua.model.verse.Verse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The npm package chinese-poetry, unpacked: its 詩 and 詞, cleaned. */
final class PoetryPackage {
  /** One collection: which files, and whether they hold 詞 in simplified script. */
  private record Collection(String folder, String prefix, boolean lyrics) {}

  private static final List<Collection> COLLECTIONS =
      List.of(
          new Collection("quantangshi", "poet.tang.", false),
          new Collection("quantangshi", "poet.song.", false),
          new Collection("songci", "ci.song.", true),
          new Collection("wudaishici/nantang", "poetrys", true),
          new Collection("wudaishici/huajianji", "huajianji-", true),
          new Collection("nalanxingde", "", true));

  private final ObjectMapper json = new ObjectMapper();
  private final List<Poem> poems = new ArrayList<>();
  private final Map<String, Integer> dropped = new TreeMap<>();

  private PoetryPackage() {}

  /** The poems, in the order of the files' names. */
  List<Poem> poems() {
    return poems;
  }

  /** What was left out, by reason. */
  Map<String, Integer> dropped() {
    return dropped;
  }

  /**
   * Reads the package.
   *
   * @param folder the unpacked package, which has a folder dist
   */
  static PoetryPackage read(Path folder) throws IOException {
    Path dist = folder.resolve("dist");
    if (!Files.isDirectory(dist.resolve("quantangshi"))) {
      throw new UserError(
          UserError.Kind.NOT_FOUND,
          Message.of(
              "%s is not the unpacked npm package chinese-poetry: it has no dist/quantangshi.",
              "%s 不是解开的 npm 包 chinese-poetry:缺少 dist/quantangshi。", folder),
          Message.of(
              "Fetch it with: npm pack chinese-poetry, then unpack the file with tar.",
              "请运行 npm pack chinese-poetry,再用 tar 解开。"));
    }
    var read = new PoetryPackage();
    for (Collection c : COLLECTIONS) {
      try (var files = Files.list(dist.resolve(c.folder()))) {
        for (Path file :
            files
                .filter(f -> f.getFileName().toString().startsWith(c.prefix()))
                .filter(f -> f.toString().endsWith(".json"))
                .sorted()
                .toList()) {
          for (JsonNode entry : read.tree(file)) {
            read.add(entry, c.lyrics());
          }
        }
      }
    }
    return read;
  }

  private JsonNode tree(Path file) throws IOException {
    try {
      return json.readTree(file.toFile());
    } catch (JsonProcessingException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("%s is not JSON.", "%s 不是 JSON。", file),
          Message.of("Unpack the package again.", "请重新解开该包。"),
          e);
    }
  }

  private void add(JsonNode entry, boolean lyrics) {
    var raw = new StringBuilder();
    for (JsonNode row : entry.has("paragraphs") ? entry.path("paragraphs") : entry.path("para")) {
      String text = row.asText();
      raw.append(text);
      if (lyrics && !text.isEmpty() && Character.isLetter(text.charAt(text.length() - 1))) {
        raw.append('。');
      }
    }
    String title = entry.path(entry.has("rhythmic") ? "rhythmic" : "title").asText();
    if (lyrics) {
      raw = new StringBuilder(ZhConverterUtil.toTraditional(raw.toString()));
      title = ZhConverterUtil.toTraditional(title.split("[·・]")[0]);
    }
    Optional<String> text = Cleaning.poem(raw.toString());
    if (text.isEmpty()) {
      drop("characters missing or unprintable");
      return;
    }
    List<String> lines = Verse.lines(text.get());
    Optional<Form> form =
        lyrics ? Optional.of(Form.CI).filter(_ -> lines.size() > 2) : Form.of(lines);
    if (form.isEmpty()) {
      drop("fragment");
      return;
    }
    boolean even = form.get().characters() > 0;
    String rows = even ? Verse.couplets(lines) : Verse.rows(text.get());
    poems.add(new Poem(Cleaning.title(title), form.get(), rows));
  }

  private void drop(String reason) {
    dropped.merge(reason, 1, Integer::sum);
  }
}
