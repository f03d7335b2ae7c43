package io.zaohua.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.chat.ChatTemplates;
import io.zaohua.model.family.Config;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.tokenizer.Tokenizer;
import io.zaohua.model.tokenizer.TokenizerJson;
import io.zaohua.model.tokenizer.TokenizerMetadata;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What stands beside the weights: metadata in a GGUF file, small files in a folder. */
sealed interface Sidecar {

  ChatTemplates chatTemplates();

  GenerationDefaults generation();

  Optional<String> licence();

  /** The tokenizer in GGUF's words, empty where the model has none. */
  Optional<TokenizerMetadata> tokenizerMetadata();

  Optional<Tokenizer> tokenizer();

  /** Metadata of a GGUF file. */
  record Gguf(Metadata metadata, List<Path> paths) implements Sidecar {
    /** Keys of tokens that end an answer. */
    private static final List<String> ENDS = List.of("eos", "eot", "eom");

    private static final String TEMPLATE = "tokenizer.chat_template";

    @Override
    public ChatTemplates chatTemplates() {
      var byName = new HashMap<String, String>();
      metadata.string(TEMPLATE).ifPresent(t -> byName.put(ChatTemplates.DEFAULT, t));
      for (var key : metadata.values().keySet()) {
        if (key.startsWith(TEMPLATE + ".")) {
          metadata.string(key).ifPresent(t -> byName.put(key.substring(TEMPLATE.length() + 1), t));
        }
      }
      return new ChatTemplates(byName);
    }

    @Override
    public Optional<String> licence() {
      return metadata.string("general.license").or(() -> metadata.string("general.license.name"));
    }

    @Override
    public Optional<TokenizerMetadata> tokenizerMetadata() {
      return metadata
          .string("tokenizer.ggml.model")
          .filter(model -> !model.equals("none"))
          .map(_ -> TokenizerMetadata.of(metadata));
    }

    @Override
    public Optional<Tokenizer> tokenizer() {
      return tokenizerMetadata().map(TokenizerMetadata::tokenizer);
    }

    @Override
    public GenerationDefaults generation() {
      var ends = new TreeSet<Integer>();
      for (var kind : ENDS) {
        metadata
            .integer("tokenizer.ggml." + kind + "_token_id")
            .ifPresent(id -> ends.add(id.intValue()));
      }
      return new GenerationDefaults(
          metadata.number("general.sampling.temp"),
          metadata.number("general.sampling.top_p"),
          metadata.integer("general.sampling.top_k").map(Long::intValue),
          metadata.number("general.sampling.min_p"),
          metadata.number("general.sampling.penalty_repeat"),
          metadata.integer("tokenizer.ggml.bos_token_id").map(Long::intValue),
          ends);
    }
  }

  /** The files of a Hugging Face folder. */
  record Folder(Path folder, Config config, Optional<Config> generationConfig) implements Sidecar {
    /** Larger ones are no configuration. */
    private static final long MAX_BYTES = 32 << 20;

    static Folder read(Path folder) {
      var config =
          text(folder.resolve("config.json"))
              .map(Config::parse)
              .orElseThrow(
                  () ->
                      new UserError(
                          UserError.Kind.NOT_FOUND,
                          Message.of("%s has no config.json.", "%s 中没有 config.json。", folder),
                          Message.of("Download the model again.", "请重新下载模型。")));
      return new Folder(
          folder, config, text(folder.resolve("generation_config.json")).map(Config::parse));
    }

    @Override
    public ChatTemplates chatTemplates() {
      return Stream.<Supplier<ChatTemplates>>of(
              this::templateFiles,
              () -> templatesIn("chat_template.json"),
              () -> templatesIn("tokenizer_config.json"))
          .map(Supplier::get)
          .filter(found -> !found.isEmpty())
          .findFirst()
          .orElse(ChatTemplates.NONE);
    }

    private ChatTemplates templateFiles() {
      var byName = new HashMap<String, String>();
      text(folder.resolve("chat_template.jinja"))
          .ifPresent(t -> byName.put(ChatTemplates.DEFAULT, t));
      for (var file : ChatTemplates.namedFiles(folder)) {
        String name = String.valueOf(file.getFileName());
        text(file)
            .ifPresent(t -> byName.put(name.substring(0, name.length() - ".jinja".length()), t));
      }
      return new ChatTemplates(byName);
    }

    private ChatTemplates templatesIn(String name) {
      return text(folder.resolve(name))
          .map(Config::parse)
          .map(c -> ChatTemplates.ofTokenizerConfig(c.json()))
          .orElse(ChatTemplates.NONE);
    }

    /** The {@code license:} line in the front matter of the model card. */
    @Override
    public Optional<String> licence() {
      return text(folder.resolve("README.md"))
          .filter(card -> card.startsWith("---"))
          .flatMap(
              card ->
                  card.lines()
                      .skip(1)
                      .takeWhile(line -> !line.startsWith("---"))
                      .filter(line -> line.startsWith("license:"))
                      .map(line -> line.substring("license:".length()).strip())
                      .findFirst());
    }

    private Optional<TokenizerJson> tokenizerJson() {
      return Files.isRegularFile(folder.resolve("tokenizer.json"))
          ? Optional.of(TokenizerJson.open(folder))
          : Optional.empty();
    }

    @Override
    public Optional<TokenizerMetadata> tokenizerMetadata() {
      return tokenizerJson().map(TokenizerJson::metadata);
    }

    @Override
    public Optional<Tokenizer> tokenizer() {
      return tokenizerJson().map(TokenizerJson::tokenizer);
    }

    @Override
    public GenerationDefaults generation() {
      var g = generationConfig.orElseGet(Config::empty);
      return new GenerationDefaults(
          g.number("temperature"),
          g.number("top_p"),
          g.integer("top_k"),
          g.number("min_p"),
          g.number("repetition_penalty"),
          g.integer("bos_token_id").or(() -> config.integer("bos_token_id")),
          ends(g.find("eos_token_id").or(() -> config.find("eos_token_id"))));
    }

    private static Set<Integer> ends(Optional<JsonNode> ids) {
      var ends = new TreeSet<Integer>();
      ids.ifPresent(
          node ->
              (node.isArray() ? node.valueStream() : Stream.of(node))
                  .filter(JsonNode::isInt)
                  .forEach(id -> ends.add(id.intValue())));
      return ends;
    }

    /** A small text file, empty where there is none. */
    static Optional<String> text(Path file) {
      try {
        if (!Files.isRegularFile(file)) {
          return Optional.empty();
        }
        if (Files.size(file) > MAX_BYTES) {
          throw new UserError(
              UserError.Kind.INPUT,
              Message.of(
                  "%s has %d bytes, at most %d were expected.",
                  "%s 有 %d 字节,至多应为 %d 字节。", file, Files.size(file), MAX_BYTES),
              Message.of("Download the model again.", "请重新下载模型。"));
        }
        return Optional.of(Files.readString(file));
      } catch (MalformedInputException e) {
        throw new UserError(
            UserError.Kind.INPUT,
            Message.of("%s is not UTF-8 text.", "%s 不是 UTF-8 文本。", file),
            Message.of("Download the model again.", "请重新下载模型。"),
            e);
      } catch (IOException e) {
        throw new UserError(
            UserError.Kind.IO,
            Message.of("%s cannot be read.", "无法读取 %s。", file),
            Message.of("Check its permissions.", "请检查权限。"),
            e);
      }
    }
  }
}
