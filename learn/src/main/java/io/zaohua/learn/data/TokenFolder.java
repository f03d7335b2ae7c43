package io.zaohua.learn.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a run keeps the tokens of its data: encoded once, used by every start of the run and by all
 * its processes, made again where data, tokenizer or settings are others, or a file is damaged.
 *
 * @param folder made when it is needed
 * @param model files and folders that say how texts become tokens
 */
public record TokenFolder(Path folder, List<Path> model) {
  private static final String VERSION = "tokens 1";
  private static final List<String> ENDINGS = List.of(".json", ".jinja", ".model", ".txt");

  /** Threads of one process cannot wait for each other's file locks. */
  private static final Object TURN = new Object();

  public TokenFolder {
    model = List.copyOf(model);
  }

  /**
   * Encoded data.
   *
   * @param notes what was found and left out
   * @param report the same for programs, if any
   */
  record Encoded(Documents kept, Documents held, List<Message> notes, Optional<JsonNode> report) {}

  /** What was found while encoding. */
  record Found(List<Message> notes, Optional<JsonNode> report) {}

  /** Reads and encodes data. */
  interface Encoding {
    Found encode(NewDocuments kept, NewDocuments held);
  }

  /**
   * Opens what was encoded before, or encodes it now.
   *
   * @param files what is read
   * @param settings how
   * @param vocabulary one more than the largest id
   * @param marks whether some tokens are not learned
   */
  Encoded open(
      List<Path> files, List<Object> settings, int vocabulary, boolean marks, Encoding encoding) {
    String identity = identity(files, settings);
    synchronized (TURN) {
      try (FileChannel channel = lockFile()) {
        lock(channel);
        Optional<Encoded> before = find(identity);
        if (before.isPresent()) {
          return before.get();
        }
        clear();
        make(identity, vocabulary, marks, encoding);
      } catch (IOException e) {
        throw unwritable(e);
      }
    }
    return find(identity).orElseThrow(() -> unwritable(new IOException("not what was written")));
  }

  private void make(String identity, int vocabulary, boolean marks, Encoding encoding) {
    try (NewDocuments kept = new NewDocuments(training(), vocabulary, marks);
        NewDocuments held = new NewDocuments(validation(), vocabulary, marks)) {
      Found found = encoding.encode(kept, held);
      ObjectNode facts = JsonNodeFactory.instance.objectNode().put("identity", identity);
      var notes = facts.putArray("notes");
      found.notes().forEach(n -> notes.addArray().add(n.english()).add(n.chinese()));
      found.report().ifPresent(r -> facts.set("report", r));
      NewDocuments.finish(kept, held, facts);
    }
  }

  private Path training() {
    return folder.resolve("training.tokens");
  }

  private Path validation() {
    return folder.resolve("validation.tokens");
  }

  private Optional<Encoded> find(String identity) {
    Optional<Documents> kept = find(training(), identity);
    Optional<Documents> held = kept.flatMap(_ -> find(validation(), identity));
    if (held.isEmpty()) {
      kept.ifPresent(Documents::close);
      return Optional.empty();
    }
    JsonNode facts = kept.orElseThrow().facts();
    List<Message> notes = new ArrayList<>();
    facts
        .path("notes")
        .forEach(n -> notes.add(new Message(n.path(0).asText(), n.path(1).asText())));
    return Optional.of(
        new Encoded(
            kept.get(), held.get(), List.copyOf(notes), Optional.ofNullable(facts.get("report"))));
  }

  private static Optional<Documents> find(Path file, String identity) {
    Optional<Documents> found = Documents.open(file);
    if (found.isPresent() && !found.get().facts().path("identity").asText().equals(identity)) {
      found.get().close();
      return Optional.empty();
    }
    return found;
  }

  /** Old files go first: there may be no room for both. What a killed process left goes too. */
  private void clear() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path each : all.toList()) {
        String name = String.valueOf(each.getFileName());
        if (name.endsWith(".tokens") || name.endsWith(".part")) {
          Files.delete(each);
        }
      }
    }
  }

  private FileChannel lockFile() throws IOException {
    Files.createDirectories(folder);
    return FileChannel.open(
        folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /** Until the channel is closed. Where a disk has no locks, the same is encoded more than once. */
  private static void lock(FileChannel channel) {
    try {
      FileLock _ = channel.lock();
    } catch (IOException _) {
      return;
    }
  }

  private UserError unwritable(IOException cause) {
    return new UserError(
        UserError.Kind.IO,
        Message.of(
            "Tokens cannot be kept in %s (%s).",
            "无法在 %s 保存词元(%s)。", folder, String.valueOf(cause.getMessage())),
        Message.of(
            "Check its permissions and the disk, or name another output.", "请检查权限与磁盘,或换一个 output。"),
        cause);
  }

  /** A hash of all that decides which tokens there are. */
  private String identity(List<Path> files, List<Object> settings) {
    List<String> parts = new ArrayList<>(List.of(VERSION));
    try {
      for (Path file : files) {
        parts.add(state(file));
      }
      for (Path place : model) {
        if (Files.isDirectory(place)) {
          try (Stream<Path> inside = Files.list(place)) {
            for (Path file : inside.sorted().filter(TokenFolder::decides).toList()) {
              parts.add(state(file));
            }
          }
        } else {
          parts.add(state(place));
        }
      }
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.IO,
          Message.of("%s cannot be read.", "无法读取 %s。", String.valueOf(e.getMessage())),
          Message.of("Check the path and its permissions.", "请检查路径与权限。"),
          e);
    }
    settings.forEach(s -> parts.add(s.toString()));
    return hash(String.join("\0", parts));
  }

  private static boolean decides(Path file) {
    String name = String.valueOf(file.getFileName());
    return Files.isRegularFile(file) && ENDINGS.stream().anyMatch(name::endsWith);
  }

  private static String state(Path file) throws IOException {
    var now = Files.readAttributes(file, BasicFileAttributes.class);
    return file.toRealPath() + " " + now.size() + " " + now.lastModifiedTime();
  }

  private static String hash(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) { // every JDK has it
      throw new IllegalStateException(e);
    }
  }
}
