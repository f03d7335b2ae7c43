package io.zaohua.model.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Builds a tokenizer from GGUF's metadata; the defaults of each kind are llama.cpp's. */
final class GgufTokenizer {
  private static final String SPACE_MARK = "▁";

  private final TokenizerMetadata metadata;
  private final Vocabulary vocabulary;
  private final List<String> notes = new ArrayList<>();

  GgufTokenizer(TokenizerMetadata metadata) {
    this.metadata = metadata;
    this.vocabulary = Vocabulary.of(metadata.tokens());
  }

  /** How a kind turns text into words and pieces into text. */
  private record Text(
      TokenModel model,
      Normalizer normalizer,
      Optional<PreTokenizer> preTokenizer,
      Decoder decoder) {}

  Tokenizer tokenizer() {
    var text =
        switch (metadata.model()) {
          case "gpt2" -> byteLevel();
          case "gemma4" -> rawMerges();
          case "llama" -> sentencePiece();
          case "bert" -> wordPiece();
          case "t5" -> unigram();
          default -> throw TokenizerErrors.unsupported("tokenizer.ggml.model", metadata.model());
        };
    var bos = role("bos_token_id");
    var eos = role("eos_token_id");
    var eot = metadata.id("eot_token_id");
    if (eot.isEmpty()) {
      eot = EndTokens.turnEnd(vocabulary, eos);
    }
    var ends = EndTokens.all(vocabulary, eos, eot, metadata.id("eom_token_id"));
    var special = new BitSet(vocabulary.size());
    var literal = new BitSet(vocabulary.size());
    var added = new ArrayList<AddedTokens.Added>();
    for (int id = 0; id < vocabulary.size(); id++) {
      int type = metadata.type(id);
      boolean control =
          type == TokenizerMetadata.CONTROL
              || type == TokenizerMetadata.UNKNOWN
              || ends.contains(id);
      special.set(id, control);
      if (control || type == TokenizerMetadata.USER_DEFINED) {
        literal.set(id);
        added.add(AddedTokens.Added.plain(id, vocabulary.piece(id), control));
      }
    }
    var roles =
        new SpecialTokens(bos, eos, eot, role("unknown_token_id"), role("padding_token_id"), ends);
    return new Tokenizer(
        new Tokenizer.Parts(
            text.model(),
            new AddedTokens(added, content -> content),
            text.normalizer(),
            text.preTokenizer(),
            text.decoder(),
            before(bos),
            after(eos),
            roles,
            special,
            literal,
            List.copyOf(notes)));
  }

  private List<Integer> before(OptionalInt bos) {
    boolean wanted =
        switch (metadata.model()) {
          case "llama", "bert", "gemma4" -> true;
          case "gpt2" -> PreTokenizerNames.addsBos(metadata.pre());
          default -> false;
        };
    wanted = metadata.flag("add_bos_token").orElse(wanted);
    return wanted && bos.isPresent() ? List.of(bos.getAsInt()) : List.of();
  }

  private List<Integer> after(OptionalInt eos) {
    if (metadata.model().equals("bert")) {
      var separator = role("seperator_token_id");
      return separator.isPresent() ? List.of(separator.getAsInt()) : List.of();
    }
    boolean wanted = metadata.flag("add_eos_token").orElse(metadata.model().equals("t5"));
    return wanted && eos.isPresent() ? List.of(eos.getAsInt()) : List.of();
  }

  /** The id in the file, else the one of the kind, where the vocabulary reaches so far. */
  private OptionalInt role(String key) {
    var given = metadata.id(key);
    if (given.isPresent()) {
      return given;
    }
    int usual =
        switch (metadata.model() + " " + key) {
          case "gpt2 bos_token_id", "gpt2 eos_token_id" -> 11;
          case "llama bos_token_id", "t5 eos_token_id" -> 1;
          case "llama eos_token_id", "t5 unknown_token_id" -> 2;
          case "llama unknown_token_id", "bert padding_token_id", "t5 padding_token_id" -> 0;
          case "bert bos_token_id" -> 101;
          case "bert unknown_token_id" -> 100;
          case "bert seperator_token_id" -> 102;
          default -> -1;
        };
    return vocabulary.contains(usual) ? OptionalInt.of(usual) : OptionalInt.empty();
  }

  private Text byteLevel() {
    if (metadata.merges().isEmpty()) {
      throw TokenizerErrors.invalid(
          "The tokenizer of kind gpt2 has no tokenizer.ggml.merges.",
          "gpt2 类分词器缺少 tokenizer.ggml.merges。");
    }
    String pre = metadata.pre();
    if (pre.isEmpty()) {
      notes.add("The file names no pre-tokenizer; \"default\" is used, which may be wrong.");
    }
    var expressions =
        PreTokenizerNames.expressions(pre)
            .orElseThrow(() -> TokenizerErrors.unsupported("tokenizer.ggml.pre", pre));
    var steps = new ArrayList<PreTokenizer>();
    for (String expression : expressions) {
      steps.add(isolating(expression));
    }
    var options = BytePair.Options.byteLevel(PreTokenizerNames.ignoresMerges(pre));
    return new Text(
        bytePair(options),
        Normalizer.NONE,
        Optional.of(steps.size() == 1 ? steps.getFirst() : new PreTokenizer.Sequence(steps)),
        new Decoder.ByteLevel());
  }

  /** Gemma 4: merges over characters with byte fallback, spaces as marks, lines apart. */
  private Text rawMerges() {
    var unknown = role("unknown_token_id");
    var model = bytePair(new BytePair.Options(false, true, false, false, unknown, "", ""));
    var steps = new ArrayList<PreTokenizer>();
    for (String expression : PreTokenizerNames.expressions("gemma4").orElseThrow()) {
      steps.add(isolating(expression));
    }
    if (model.cutsAtSpaceMark()) {
      steps.add(new PreTokenizer.BeforeSpaceMarks());
    }
    return new Text(
        model,
        text -> text.replace(" ", SPACE_MARK),
        Optional.of(new PreTokenizer.Sequence(List.copyOf(steps))),
        marked(false, true));
  }

  private BytePair bytePair(BytePair.Options options) {
    var left = new ArrayList<String>(metadata.merges().size());
    var right = new ArrayList<String>(metadata.merges().size());
    for (String merge : metadata.merges()) {
      int space = merge.indexOf(' ', 1);
      left.add(space < 0 ? "" : merge.substring(0, space));
      right.add(space < 0 ? "" : merge.substring(space + 1));
    }
    return BytePair.of(vocabulary, options, left, right, false);
  }

  /** A pre-tokenizer whose words are the matches of an expression and what lies between. */
  static PreTokenizer isolating(String expression) {
    if (expression.equals("\\p{N}")) {
      return new PreTokenizer.Characters(
          PreTokenizer.Characters.Kind.NUMERIC, PreTokenizer.Behavior.ISOLATED);
    }
    var scanner = WordScanner.of(expression);
    return scanner.isPresent()
        ? new PreTokenizer.Scan(scanner.get(), false)
        : new PreTokenizer.Split(
            SplitPattern.regex(expression), PreTokenizer.Behavior.ISOLATED, false);
  }

  private Text sentencePiece() {
    if (metadata.scores().isEmpty()) {
      throw TokenizerErrors.invalid(
          "The tokenizer of kind llama has no tokenizer.ggml.scores.",
          "llama 类分词器缺少 tokenizer.ggml.scores。");
    }
    boolean prefix = metadata.flag("add_space_prefix").orElse(true);
    var model = new ScoredPairs(vocabulary, metadata.scores(), role("unknown_token_id"));
    return new Text(
        model,
        text -> ((prefix ? " " : "") + text).replace(" ", SPACE_MARK),
        model.cutsAtSpaceMark()
            ? Optional.of(new PreTokenizer.BeforeSpaceMarks())
            : Optional.empty(),
        marked(prefix, true));
  }

  private static Decoder marked(boolean prefix, boolean bytes) {
    var steps = new ArrayList<Decoder.Step>();
    if (bytes) {
      steps.add(new Decoder.Step.ByteFallback());
    }
    steps.add(new Decoder.Step.Metaspace(SPACE_MARK, false));
    if (prefix) {
      steps.add(new Decoder.Step.Strip(" ", 1, 0, true));
    }
    return new Decoder.Steps(steps);
  }

  private Text wordPiece() {
    int unknown =
        role("unknown_token_id")
            .orElseThrow(
                () ->
                    TokenizerErrors.invalid(
                        "The tokenizer of kind bert has no unknown token.", "bert 类分词器没有未知词元。"));
    boolean lowercase = metadata.flag("normalizer.lowercase").orElse(true);
    boolean strip = metadata.flag("normalizer.strip_accents").orElse(lowercase);
    return new Text(
        WordPiece.of(vocabulary, unknown, SPACE_MARK, "", Integer.MAX_VALUE),
        new BertNormalizer(true, true, strip, lowercase),
        Optional.of(PreTokenizer.BERT),
        marked(true, false));
  }

  private Text unigram() {
    var scores = new ArrayList<Double>();
    var matched = new ArrayList<Integer>();
    double lowest = Double.MAX_VALUE;
    for (int id = 0; id < vocabulary.size(); id++) {
      double score = metadata.scores().isEmpty() ? 0 : metadata.scores().get(id);
      int type = metadata.type(id);
      scores.add(type == TokenizerMetadata.USER_DEFINED ? 0.0 : score);
      if (type == TokenizerMetadata.NORMAL) {
        lowest = Math.min(lowest, score);
      }
      if (type == TokenizerMetadata.NORMAL
          || type == TokenizerMetadata.USER_DEFINED
          || type == TokenizerMetadata.UNUSED) {
        matched.add(id);
      }
    }
    byte[] blob = new byte[metadata.charsmap().size()];
    for (int i = 0; i < blob.length; i++) {
      blob[i] = metadata.charsmap().get(i);
    }
    boolean prefix = metadata.flag("add_space_prefix").orElse(false);
    boolean squeeze = metadata.flag("remove_extra_whitespaces").orElse(false);
    Optional<CharacterMap> map =
        blob.length == 0 ? Optional.empty() : Optional.of(CharacterMap.of(blob));
    return new Text(
        new Unigram(vocabulary, scores, matched, lowest, role("unknown_token_id"), false),
        text -> spaced(map.map(m -> m.longestMatches(text)).orElse(text), prefix, squeeze),
        Optional.empty(),
        marked(prefix, false));
  }

  /** Spaces as marks; one at the start if wanted, runs of them as one if wanted. */
  private static String spaced(String text, boolean prefix, boolean squeeze) {
    var out = new StringBuilder(text.length() + 8);
    boolean inWord = false;
    boolean begun = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != ' ') {
        if (!inWord && (squeeze || (prefix && !begun))) {
          out.append(SPACE_MARK);
          begun = true;
        }
        inWord = true;
        out.append(c);
      } else {
        inWord = false;
        if (!squeeze) {
          out.append(SPACE_MARK);
        }
      }
    }
    return out.toString();
  }
}
