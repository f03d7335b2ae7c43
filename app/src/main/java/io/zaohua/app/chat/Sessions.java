package io.zaohua.app.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.NewFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Conversations kept as files, one JSON document each: {@code {"model", "turns": [{"role",
 * "content"}]}}; beside it the model's cache, so that it goes on without reading the text again.
 *
 * @param folder where they lie
 */
public record Sessions(Path folder) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LARGEST_FILE = 64L << 20;

  /** The user's own folder: {@code $XDG_DATA_HOME/zaohua/sessions}. */
  public static Sessions ofUser() {
    String data = System.getenv("XDG_DATA_HOME");
    Path base =
        data == null || data.isBlank()
            ? Path.of(System.getProperty("user.home"), ".local", "share")
            : Path.of(data);
    return new Sessions(base.resolve("zaohua").resolve("sessions"));
  }

  /** Writes the session, replacing one of the same name in one step. */
  public Path save(String name, String model, List<Turn> turns) {
    Path target = file(name);
    ObjectNode root = JSON.createObjectNode().put("model", model);
    var list = root.putArray("turns");
    for (Turn turn : turns) {
      list.addObject().put("role", turn.role()).put("content", turn.content());
    }
    byte[] json = (root.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    try (NewFile file = NewFile.create(target, json.length)) {
      keepPrivate(folder, "rwx------");
      file.write(ByteBuffer.wrap(json));
      file.finish();
    } catch (IOException e) {
      throw unusable(folder, e);
    }
    return target;
  }

  /** What was said is for its owner's eyes only, where the disk knows owners. */
  private static void keepPrivate(Path path, String permissions) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (view != null) {
      view.setPermissions(PosixFilePermissions.fromString(permissions));
    }
  }

  /** Where lines typed before are kept, for their owner only; nowhere if it cannot be made so. */
  Optional<Path> history() {
    Path file = folder.resolveSibling("chat_history");
    try {
      if (!Files.exists(file)) {
        Files.createFile(file);
      }
      keepPrivate(file, "rw-------");
      return Files.isWritable(file) ? Optional.of(file) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The turns of a saved session. */
  public List<Turn> load(String name) {
    Path source = file(name);
    if (!Files.isRegularFile(source)) {
      List<String> names = names();
      throw new UserError(
          UserError.Kind.NOT_FOUND,
          Message.of("There is no session \"%s\".", "没有名为 “%s” 的会话。", name),
          names.isEmpty()
              ? new Message("None is saved yet: /save NAME saves one.", "尚无保存的会话:/save 名称 可保存。")
              : Message.of("Saved: %s.", "已保存:%s。", String.join(", ", names)));
    }
    try {
      if (Files.size(source) > LARGEST_FILE) {
        throw broken(source);
      }
      List<Turn> turns = new ArrayList<>();
      for (JsonNode turn : JSON.readTree(Files.readString(source)).path("turns")) {
        if (!turn.path("role").isTextual() || !turn.path("content").isTextual()) {
          throw broken(source);
        }
        turns.add(new Turn(turn.path("role").asText(), turn.path("content").asText()));
      }
      return turns;
    } catch (JsonProcessingException | CharacterCodingException _) {
      throw broken(source);
    } catch (IOException e) {
      throw unusable(source, e);
    }
  }

  /** The names of all sessions, sorted. */
  public List<String> names() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(f -> String.valueOf(f.getFileName()))
          .filter(f -> f.endsWith(".json"))
          .map(f -> f.substring(0, f.length() - 5))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw unusable(folder, e);
    }
  }

  /** Where the cache of a session lies, beside it: {@code NAME.kv}. */
  public Path cache(String name) {
    return folder.resolve(plain(name) + ".kv");
  }

  private Path file(String name) {
    return folder.resolve(plain(name) + ".json");
  }

  private static String plain(String name) {
    boolean plain =
        !name.isEmpty()
            && name.length() <= 100
            && !name.startsWith(".")
            && name.codePoints()
                .allMatch(c -> Character.isLetterOrDigit(c) || c == '-' || c == '_' || c == '.');
    if (!plain) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "\"%s\" is no name for a session: letters, digits, -, _ and . make one.",
              "“%s” 不能作会话名:请用文字、数字、-、_ 和 .。", name),
          new Message("For example: /save holiday.", "例如:/save 假期。"));
    }
    return name.toLowerCase(Locale.ROOT);
  }

  /** The conversation goes on, so this is no end of the command. */
  private static UserError unusable(Path path, IOException cause) {
    return new UserError(
        UserError.Kind.IO,
        Message.of("%s cannot be used.", "无法使用 %s。", path),
        new Message("Check its permissions.", "请检查其权限。"),
        cause);
  }

  private static UserError broken(Path source) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of("%s is not a saved session.", "%s 不是保存的会话。", source),
        new Message("Delete the file or choose another.", "请删除该文件或另选一个。"));
  }
}
