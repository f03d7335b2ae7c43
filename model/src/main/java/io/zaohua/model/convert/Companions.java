package io.zaohua.model.convert;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.chat.ChatTemplates;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.file.NewFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What stands beside weights and configuration in a Hugging Face folder: tokenizer, chat template,
 * generation settings. A GGUF file's are written anew in these forms.
 *
 * @param files contents by name
 * @param notes what cannot be carried over
 */
public record Companions(Map<String, byte[]> files, List<Message> notes) {
  /** What such files may be called. */
  private static final List<String> NAMES =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "tokenizer.model",
          "generation_config.json",
          "chat_template.jinja",
          "chat_template.json");

  /** A template's name comes from a file, so it must not lead anywhere. */
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}");

  public Companions {
    files = new LinkedHashMap<>(files);
    notes = List.copyOf(notes);
  }

  /** Those of a checkpoint. */
  public static Companions of(Checkpoint checkpoint) {
    return checkpoint.metadata().isPresent() ? made(checkpoint) : in(checkpoint.path());
  }

  /** Those that a folder has. */
  public static Companions in(Path folder) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    List<String> names = new ArrayList<>(NAMES);
    ChatTemplates.namedFiles(folder)
        .forEach(file -> names.add(ChatTemplates.FOLDER + "/" + file.getFileName()));
    for (String name : names) {
      Path file = folder.resolve(name);
      if (Files.isRegularFile(file)) {
        try {
          files.put(name, Files.readAllBytes(file));
        } catch (IOException e) {
          throw new UserError(
              UserError.Kind.INPUT,
              Message.of("%s cannot be read.", "无法读取 %s。", file),
              Message.of("Check its permissions.", "请检查其权限。"),
              e);
        }
      }
    }
    return new Companions(files, List.of());
  }

  private static Companions made(Checkpoint checkpoint) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    List<Message> notes = new ArrayList<>();
    try {
      checkpoint
          .tokenizerMetadata()
          .ifPresent(
              metadata -> {
                var made = metadata.files();
                files.put("tokenizer.json", utf8(made.tokenizer()));
                files.put("tokenizer_config.json", utf8(made.config()));
                made.notes().forEach(note -> notes.add(new Message(note, "分词器:" + note)));
              });
    } catch (UserError e) {
      if (e.kind() != UserError.Kind.UNSUPPORTED) {
        throw e;
      }
      notes.add(Message.of("The tokenizer stays behind (%s).", "未带上分词器(%s)。", e.fact().english()));
    }
    var templates = checkpoint.chatTemplates();
    templates.standard().ifPresent(t -> files.put("chat_template.jinja", utf8(t)));
    templates
        .others()
        .forEach(
            (name, t) -> {
              if (PLAIN_NAME.matcher(name).matches()) {
                files.put(ChatTemplates.FOLDER + "/" + name + ".jinja", utf8(t));
              }
            });
    generation(checkpoint).ifPresent(g -> files.put("generation_config.json", utf8(g)));
    return new Companions(files, notes);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Optional<String> generation(Checkpoint checkpoint) {
    var g = checkpoint.generation();
    var json = new ObjectMapper().createObjectNode();
    g.temperature().ifPresent(v -> json.put("temperature", v));
    g.topP().ifPresent(v -> json.put("top_p", v));
    g.topK().ifPresent(v -> json.put("top_k", v));
    g.minP().ifPresent(v -> json.put("min_p", v));
    g.repetitionPenalty().ifPresent(v -> json.put("repetition_penalty", v));
    if (!json.isEmpty()) {
      json.put("do_sample", true);
    }
    g.beginToken().ifPresent(id -> json.put("bos_token_id", id));
    if (!g.endTokens().isEmpty()) {
      var ends = json.putArray("eos_token_id");
      g.endTokens().stream().sorted().forEach(ends::add);
    }
    return json.isEmpty() ? Optional.empty() : Optional.of(HuggingFaceFolder.pretty(json));
  }

  /** Writes them into a folder; returns the files. */
  public List<Path> write(Path folder) {
    files.forEach((name, bytes) -> NewFile.write(folder.resolve(name), bytes));
    return files.keySet().stream().map(folder::resolve).toList();
  }
}
