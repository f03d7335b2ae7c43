package io.zaohua.model.hub;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * One repository's folder in the layout of huggingface_hub: {@code blobs/KEY}, {@code
 * refs/REVISION} holding a commit, {@code snapshots/COMMIT/FILE} pointing to its blob by a relative
 * link (a copy where links cannot be made), and {@code .locks/} beside the repositories.
 *
 * @param root the cache, which holds all repositories
 */
record CachedRepository(Path root, String repository) {
  private static final String PREFIX = "models--";

  Path folder() {
    return root.resolve(PREFIX + repository.replace("/", "--"));
  }

  Path blob(String key) {
    return folder().resolve("blobs").resolve(key);
  }

  /**
   * A running download. The name differs from Python's, which may be written under a flock(2) that
   * Java's locks do not see.
   */
  Path partial(String key) {
    return folder().resolve("blobs").resolve(key + ".zaohua.incomplete");
  }

  Path lock(String key) {
    return locks().resolve(key + ".lock");
  }

  Path locks() {
    return root.resolve(".locks").resolve(folder().getFileName());
  }

  Path snapshot(String commit) {
    return folder().resolve("snapshots").resolve(commit);
  }

  /** The snapshot of a branch, tag or commit, if it is here. */
  Optional<Path> find(String revision) {
    Path ref = folder().resolve("refs").resolve(revision);
    try {
      String commit = Files.isRegularFile(ref) ? Files.readString(ref).strip() : revision;
      return SafeName.isKey(commit)
          ? Optional.of(snapshot(commit)).filter(Files::isDirectory)
          : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** All snapshots, by name. */
  List<Path> snapshots() {
    return children(folder().resolve("snapshots")).stream().filter(Files::isDirectory).toList();
  }

  /** All repositories of a cache, by name. */
  static List<CachedRepository> all(Path root) {
    return children(root).stream()
        .filter(folder -> folder.getFileName().toString().startsWith(PREFIX))
        .map(
            folder ->
                new CachedRepository(
                    root,
                    folder.getFileName().toString().substring(PREFIX.length()).replace("--", "/")))
        .toList();
  }

  private static List<Path> children(Path folder) {
    try (Stream<Path> listed = Files.list(folder)) {
      return listed.sorted(Comparator.comparing(Path::toString)).toList();
    } catch (IOException _) {
      return List.of();
    }
  }

  /** The files of a snapshot whose content is here, as paths with {@code /}. */
  static List<String> files(Path snapshot) {
    try (Stream<Path> walked = Files.walk(snapshot)) {
      var names = new ArrayList<String>();
      walked
          .filter(Files::isRegularFile)
          .forEach(file -> names.add(snapshot.relativize(file).toString().replace('\\', '/')));
      names.sort(Comparator.naturalOrder());
      return names;
    } catch (IOException _) {
      return List.of();
    }
  }

  /** Makes the folders a download writes to. */
  void prepare() {
    try {
      Files.createDirectories(folder().resolve("blobs"));
      Files.createDirectories(locks());
    } catch (IOException e) {
      throw cannotWrite(root, e);
    }
  }

  /** Lets {@code snapshots/commit/path} show the blob. */
  Path link(String commit, String path, Path blob) {
    Path pointer = snapshot(commit).resolve(path);
    try {
      Files.createDirectories(parent(pointer));
      Path target = parent(pointer).relativize(blob);
      if (Files.isSymbolicLink(pointer) && Files.readSymbolicLink(pointer).equals(target)) {
        return pointer;
      }
      Files.deleteIfExists(pointer);
      try {
        Files.createSymbolicLink(pointer, target);
      } catch (FileAlreadyExistsException e) {
        if (!Files.isSameFile(pointer, blob)) {
          throw e;
        }
      } catch (UnsupportedOperationException | IOException _) {
        Path copy = sibling(pointer);
        Files.copy(blob, copy);
        replace(copy, pointer);
      }
      return pointer;
    } catch (IOException e) {
      throw cannotWrite(root, e);
    }
  }

  /** Notes which commit a branch or tag stands for; written last, so that a ref is always whole. */
  void writeRef(String revision, String commit) {
    if (revision.equals(commit)) {
      return;
    }
    Path ref = folder().resolve("refs").resolve(revision);
    try {
      Files.createDirectories(parent(ref));
      if (!Files.isRegularFile(ref) || !Files.readString(ref).equals(commit)) {
        Path copy = sibling(ref);
        Files.writeString(copy, commit);
        replace(copy, ref);
      }
    } catch (IOException e) {
      throw cannotWrite(root, e);
    }
  }

  static Path parent(Path file) {
    Path parent = file.getParent();
    return parent == null ? file : parent;
  }

  /** Puts a finished file under its final name in one step. */
  static void replace(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException _) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static Path sibling(Path file) {
    return file.resolveSibling(
        file.getFileName() + "." + UUID.randomUUID().toString().substring(0, 8) + ".tmp");
  }

  /** Deletes a file or a folder with all in it; links are deleted, never followed. */
  static void delete(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> found;
    try (Stream<Path> walked = Files.walk(tree)) {
      found = walked.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : found) {
      Files.deleteIfExists(path);
    }
  }

  /** Deletes the folder, and those above it up to {@code top}, as far as they are empty. */
  static void deleteEmpty(Path folder, Path top) throws IOException {
    for (Path at = folder; !at.equals(top) && at.startsWith(top); at = parent(at)) {
      try {
        Files.deleteIfExists(at);
      } catch (DirectoryNotEmptyException _) {
        return;
      }
    }
  }

  /** What a fault of the disk means for the user. */
  static UserError cannotWrite(Path where, IOException e) {
    String reason = String.valueOf(e.getMessage());
    String lower = reason.toLowerCase(Locale.ROOT);
    if (lower.contains("no space left")
        || lower.contains("not enough space")
        || lower.contains("quota exceeded")) {
      return new UserError(
          UserError.Kind.CAPACITY,
          Message.of("The disk that holds %s is full.", "%s 所在的磁盘已满。", where),
          Message.of(
              "Free some space and run the command again: it goes on where it stopped.",
              "请腾出空间后再次运行:会从断点继续。"),
          e);
    }
    return new UserError(
        UserError.Kind.IO,
        Message.of(
            "The cache folder %s cannot be written (%s).", "无法写入缓存文件夹 %s(%s)。", where, reason),
        Message.of(
            "Give yourself write permission, or set HF_HOME to a folder you may write.",
            "请取得写权限,或将 HF_HOME 设为可写的文件夹。"),
        e);
  }
}
