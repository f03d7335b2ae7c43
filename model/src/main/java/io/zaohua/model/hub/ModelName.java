package io.zaohua.model.hub;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a user calls a model: a path, a catalogue name, or {@code hf:owner/name[@revision][:file]}
 * and {@code modelscope:owner/name[@revision][:file]}.
 */
public sealed interface ModelName {
  /** A file or folder of the user's own. */
  record Local(Path path) implements ModelName {}

  /** A model of the catalogue. */
  record Catalogued(CatalogueEntry entry) implements ModelName {}

  /** A repository of a hub, or one file of it. */
  record Hosted(Site site, String repository, Optional<String> revision, Optional<String> file)
      implements ModelName {
    String revisionOrDefault() {
      return revision.orElse(site.defaultRevision);
    }

    @Override
    public String toString() {
      return site.prefix
          + ":"
          + repository
          + revision.map(r -> "@" + r).orElse("")
          + file.map(f -> ":" + f).orElse("");
    }
  }

  /** {@code hf:owner/name@revision:file}; the last two may be missing. */
  Pattern HOSTED =
      Pattern.compile(
          "(hf|modelscope):([A-Za-z0-9][\\w.-]{0,95}(?:/[\\w.-]{1,96})?)(?:@([\\w./-]+))?(?::(.+))?");

  /** Reads a name. */
  static ModelName parse(String text, Catalogue catalogue) {
    for (Site site : Site.values()) {
      if (text.startsWith(site.prefix + ":")) {
        return hosted(site, text);
      }
    }
    Optional<Path> here = local(text);
    if (here.isPresent()) {
      return new Local(here.get());
    }
    Optional<CatalogueEntry> entry = catalogue.find(text);
    if (entry.isPresent()) {
      return new Catalogued(entry.get());
    }
    throw unknown(text, catalogue);
  }

  /** The file or folder that {@code text} names, if there is one: it goes before the catalogue. */
  static Optional<Path> local(String text) {
    boolean hosted = Arrays.stream(Site.values()).anyMatch(s -> text.startsWith(s.prefix + ":"));
    return hosted ? Optional.empty() : path(text).filter(Files::exists);
  }

  private static Optional<Path> path(String text) {
    try {
      return text.isBlank()
          ? Optional.empty()
          : Optional.of(
              text.startsWith("~/")
                  ? Path.of(System.getProperty("user.home"), text.substring(2))
                  : Path.of(text));
    } catch (InvalidPathException _) {
      return Optional.empty();
    }
  }

  private static Hosted hosted(Site site, String text) {
    Matcher name = HOSTED.matcher(text);
    if (name.matches()) {
      String repository = name.group(2);
      Optional<String> revision = Optional.ofNullable(name.group(3));
      Optional<String> file = Optional.ofNullable(name.group(4));
      boolean safe =
          SafeName.isRelativePath(repository)
              && !repository.contains("--")
              && revision.map(r -> isRevision(site, r)).orElse(true)
              && file.map(SafeName::isRelativePath).orElse(true);
      if (safe) {
        return new Hosted(site, repository, revision, file);
      }
    }
    throw new UserError(
        UserError.Kind.USAGE,
        Message.of("\"%s\" is not a name of a hub's model.", "“%s” 不是 hub 模型名。", text),
        Message.of(
            "Write %s:owner/name, %s:owner/name@revision or %s:owner/name:file.",
            "请写成 %s:owner/name、%s:owner/name@版本 或 %s:owner/name:文件。",
            site.prefix,
            site.prefix,
            site.prefix));
  }

  private static boolean isRevision(Site site, String revision) {
    return SafeName.isRelativePath(revision)
        && (site == Site.HUGGING_FACE || SafeName.isKey(revision));
  }

  private static UserError unknown(String text, Catalogue catalogue) {
    if (text.matches("[\\w.-]+/[\\w.-]+") && !text.endsWith(".gguf")) {
      return new UserError(
          UserError.Kind.NOT_FOUND,
          Message.of("There is no file or folder %s here.", "此处没有文件或文件夹 %s。", text),
          Message.of("For a repository of the hub write hf:%s.", "若指 hub 上的仓库,请写 hf:%s。", text));
    }
    if (text.contains("/") || text.contains("\\") || text.endsWith(".gguf")) {
      return new UserError(
          UserError.Kind.NOT_FOUND,
          Message.of("There is no file or folder %s.", "没有文件或文件夹 %s。", text),
          Message.of("Check the path.", "请检查路径。"));
    }
    String names =
        catalogue.entries().stream().map(CatalogueEntry::name).collect(Collectors.joining(", "));
    return new UserError(
        UserError.Kind.NOT_FOUND,
        Message.of(
            "\"%s\" is neither a path nor a model of the catalogue.", "“%s” 既不是路径,也不在模型目录中。", text),
        Message.of("Known names: %s; or hf:owner/name.", "已知名称:%s;或 hf:owner/name。", names));
  }
}
