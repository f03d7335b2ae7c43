package io.zaohua.model.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The {@code decoder} of tokenizer.json. */
final class JsonDecoders {
  private final List<Decoder.Step> steps = new ArrayList<>();
  private boolean fused;

  private JsonDecoders() {}

  static Decoder read(Optional<Node> node) {
    if (node.isEmpty()) {
      return new Decoder.Steps(List.of(new Decoder.Step.Spaced()));
    }
    var reader = new JsonDecoders();
    reader.add(node.get());
    return reader.steps.equals(List.of(new Decoder.Step.Spelled()))
        ? new Decoder.ByteLevel()
        : new Decoder.Steps(List.copyOf(reader.steps));
  }

  private void add(Node node) {
    switch (node.type()) {
      case "Sequence" -> node.get("decoders").items().forEach(this::add);
      case "ByteLevel" -> steps.add(new Decoder.Step.Spelled());
      case "ByteFallback" -> steps.add(new Decoder.Step.ByteFallback());
      case "Fuse" -> fused = true;
      case "Replace" ->
          steps.add(
              new Decoder.Step.Replace(
                  JsonNormalizers.pattern(node.get("pattern")), node.get("content").text()));
      case "Metaspace" ->
          steps.add(
              new Decoder.Step.Metaspace(
                  node.character("replacement", "▁"),
                  JsonPreTokenizers.prepend(node) != PreTokenizer.Metaspace.Prepend.NEVER));
      case "Strip" ->
          steps.add(
              new Decoder.Step.Strip(
                  node.character("content", " "),
                  node.get("start").integer(),
                  node.get("stop").integer(),
                  fused));
      case "WordPiece" ->
          steps.add(new Decoder.Step.Words(node.text("prefix", "##"), node.truth("cleanup", true)));
      case "BPEDecoder" -> steps.add(new Decoder.Step.WordEnd(node.text("suffix", "</w>")));
      default -> throw TokenizerErrors.unsupported("decoder", node.type());
    }
  }
}
