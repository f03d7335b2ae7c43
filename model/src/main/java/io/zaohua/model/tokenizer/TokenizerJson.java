package io.zaohua.model.tokenizer;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Hugging Face's tokenizer.json, with what tokenizer_config.json, special_tokens_map.json,
 * generation_config.json and config.json beside it say about special tokens.
 */
public final class TokenizerJson {
  private static final int FREE_IDS = 100_000;

  private final Node root;
  private final JsonModel model;
  private final List<Node> preTokenizers;
  private final List<AddedTokens.Added> added;
  private final Normalizer normalizer;
  private final List<Node> configs;

  private TokenizerJson(Node root, List<Node> configs) {
    this.root = root;
    this.configs = configs;
    this.model = JsonModel.read(root.get("model"));
    this.preTokenizers = root.find("pre_tokenizer").map(JsonPreTokenizers::steps).orElse(List.of());
    this.normalizer = root.find("normalizer").map(JsonNormalizers::read).orElse(Normalizer.NONE);
    this.added = readAdded();
  }

  /** Reads a checkpoint's folder, or a tokenizer.json with the files beside it. */
  public static TokenizerJson open(Path folderOrFile) {
    Path file =
        Files.isDirectory(folderOrFile) ? folderOrFile.resolve("tokenizer.json") : folderOrFile;
    if (!Files.isRegularFile(file)) {
      throw new UserError(
          UserError.Kind.NOT_FOUND,
          Message.of("There is no %s.", "找不到 %s。", file),
          Message.of(
              "Add the checkpoint's tokenizer.json to its folder.",
              "请将该检查点的 tokenizer.json 放入其文件夹。"));
    }
    var configs = new ArrayList<Node>();
    for (String name :
        List.of(
            "tokenizer_config.json",
            "special_tokens_map.json",
            "generation_config.json",
            "config.json")) {
      var beside = file.resolveSibling(name);
      if (Files.isRegularFile(beside)) {
        configs.add(Node.read(beside));
      }
    }
    return new TokenizerJson(Node.read(file), List.copyOf(configs));
  }

  /** The tokenizer of a checkpoint's folder. */
  public static Tokenizer read(Path folderOrFile) {
    return open(folderOrFile).tokenizer();
  }

  /** The tokenizer these files describe. */
  public Tokenizer tokenizer() {
    boolean bytes = takesBytes();
    var tokenModel = model.model(bytes);
    var words = JsonPreTokenizers.read(preTokenizers, bytes);
    if (words.isEmpty() && tokenModel instanceof BytePair pairs && pairs.cutsAtSpaceMark()) {
      words = Optional.of(new PreTokenizer.BeforeSpaceMarks());
    }
    var decoder = JsonDecoders.read(root.find("decoder"));
    var special = new BitSet();
    var literal = new BitSet();
    for (var token : added) {
      special.set(token.id(), token.special());
      literal.set(token.id(), decoder instanceof Decoder.ByteLevel);
    }
    var roles = roles();
    var frame = frame(roles);
    return new Tokenizer(
        new Tokenizer.Parts(
            tokenModel,
            new AddedTokens(added, normalizer::apply),
            normalizer,
            words,
            decoder,
            frame.before(),
            frame.after(),
            roles,
            special,
            literal,
            List.of()));
  }

  /** What a GGUF file can say of this tokenizer; its notes name what it cannot. */
  public TokenizerMetadata metadata() {
    return new GgufExport(this).metadata();
  }

  Node root() {
    return root;
  }

  JsonModel model() {
    return model;
  }

  List<Node> preTokenizers() {
    return preTokenizers;
  }

  List<AddedTokens.Added> added() {
    return added;
  }

  private boolean takesBytes() {
    return !preTokenizers.isEmpty()
        && preTokenizers.getLast().type().equals("ByteLevel")
        && model.takesBytes();
  }

  private List<AddedTokens.Added> readAdded() {
    var tokens = new ArrayList<AddedTokens.Added>();
    var nodes = root.find("added_tokens").map(Node::items).orElse(List.of());
    for (var node : nodes) {
      String content = node.get("content").text();
      int id = model.vocabulary().id(content);
      if (id < 0) {
        id = node.get("id").integer();
      }
      if (id < 0 || id > (long) model.vocabulary().size() + nodes.size() + FREE_IDS) {
        throw TokenizerErrors.invalid(
            "The added token %s has id %d in a vocabulary of %d pieces.",
            "添加的词元 %s 的编号是 %d,而词表只有 %d 项。", content, id, model.vocabulary().size());
      }
      boolean special = node.truth("special", false);
      tokens.add(
          new AddedTokens.Added(
              id,
              content,
              node.truth("single_word", false),
              node.truth("lstrip", false),
              node.truth("rstrip", false),
              node.truth("normalized", !special),
              special));
    }
    return List.copyOf(tokens);
  }

  private OptionalInt idOf(String content) {
    for (var token : added) {
      if (token.content().equals(content)) {
        return OptionalInt.of(token.id());
      }
    }
    int id = model.vocabulary().id(content);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The id a role has by token, else by number; numbers may be lists, whose first counts. */
  OptionalInt role(String name) {
    for (var config : configs) {
      var token = config.find(name + "_token");
      if (token.isPresent()) {
        var content = token.get().json().isTextual() ? token : token.get().find("content");
        var id = content.map(c -> idOf(c.text())).orElse(OptionalInt.empty());
        if (id.isPresent()) {
          return id;
        }
      }
    }
    var numbered = numbered(name);
    return numbered.isEmpty() ? OptionalInt.empty() : OptionalInt.of(numbered.getFirst());
  }

  private List<Integer> numbered(String name) {
    for (var config : configs) {
      var id = config.find(name + "_token_id");
      if (id.isPresent()) {
        var ids = id.get().json().isArray() ? id.get().items() : List.of(id.get());
        return ids.stream().map(Node::integer).filter(i -> i >= 0).toList();
      }
    }
    return List.of();
  }

  private SpecialTokens roles() {
    var bos = role("bos");
    var eos = role("eos");
    Set<Integer> ends = new HashSet<>(numbered("eos"));
    eos.ifPresent(ends::add);
    var eot = OptionalInt.empty();
    for (var token : added) {
      if (EndTokens.ends(token.content())) {
        ends.add(token.id());
      }
      boolean other = eos.isEmpty() || eos.getAsInt() != token.id();
      if (eot.isEmpty() && other && EndTokens.endsTurn(token.content())) {
        eot = OptionalInt.of(token.id());
      }
    }
    if (EndTokens.channels(content -> idOf(content).isPresent())) {
      idOf("<|end|>").ifPresent(ends::remove);
    }
    var unknown = model.unknown().isPresent() ? model.unknown() : role("unk");
    return new SpecialTokens(bos, eos, eot, unknown, role("pad"), ends);
  }

  /**
   * What the post-processor puts around a prompt, as far as the configuration does not say else.
   */
  JsonFrame frame(SpecialTokens roles) {
    var frame = root.find("post_processor").map(JsonFrame::read).orElse(JsonFrame.NONE);
    var before = new ArrayList<>(frame.before());
    var after = new ArrayList<>(frame.after());
    if (roles.bos().isPresent()) {
      int bos = roles.bos().getAsInt();
      boolean there = !before.isEmpty() && before.getFirst() == bos;
      boolean wanted = flag("add_bos_token").orElse(there);
      if (wanted && !there) {
        before.addFirst(bos);
      } else if (!wanted && there) {
        before.removeFirst();
      }
    }
    if (roles.eos().isPresent()) {
      int eos = roles.eos().getAsInt();
      boolean there = !after.isEmpty() && after.getLast() == eos;
      boolean wanted = flag("add_eos_token").orElse(there);
      if (wanted && !there) {
        after.addLast(eos);
      } else if (!wanted && there) {
        after.removeLast();
      }
    }
    return new JsonFrame(List.copyOf(before), List.copyOf(after));
  }

  SpecialTokens specialTokens() {
    return roles();
  }

  private Optional<Boolean> flag(String name) {
    return configs.stream()
        .flatMap(config -> config.find(name).stream())
        .filter(node -> node.json().isBoolean())
        .map(Node::truth)
        .findFirst();
  }
}
