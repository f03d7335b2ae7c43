package io.zaohua.learn.verse;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.verse.Form;
import io.zaohua.model.verse.Verse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A tokenizer.json with one token a character; rare characters are spelled in bytes, so that every
 * text can be written. BPE without merges: the Hugging Face library loads it as it is, llama.cpp
 * after conversion to GGUF's kind "llama".
 */
final class CharacterTokenizer {
  private static final String UNKNOWN = "<unk>";

  private CharacterTokenizer() {}

  /**
   * The tokenizer of these documents.
   *
   * @param fewest how often a character must occur to have a token of its own
   */
  static String json(List<Poem> poems, int fewest) {
    List<String> pieces = new ArrayList<>(List.of(UNKNOWN, Verse.START, Verse.END));
    Arrays.stream(Form.values()).map(Form::token).forEach(pieces::add);
    int special = pieces.size();
    for (int b = 0; b < 256; b++) {
      pieces.add("<0x%02X>".formatted(b));
    }
    pieces.addAll(characters(poems, fewest));
    ObjectNode root = new ObjectMapper().createObjectNode().put("version", "1.0");
    root.putNull("truncation").putNull("padding");
    var added = root.putArray("added_tokens");
    for (int id = 0; id < special; id++) {
      added
          .addObject()
          .put("id", id)
          .put("content", pieces.get(id))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    root.putNull("normalizer").putNull("pre_tokenizer");
    frame(root.putObject("post_processor"));
    var decoders = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout").put("unk_token", UNKNOWN);
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", true).put("byte_fallback", true).put("ignore_merges", false);
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < pieces.size(); id++) {
      vocabulary.put(pieces.get(id), id);
    }
    model.putArray("merges");
    return root.toString();
  }

  /** Every text starts with {@link Verse#START}. */
  private static void frame(ObjectNode processor) {
    processor.put("type", "TemplateProcessing");
    for (String kind : List.of("single", "pair")) {
      var template = processor.putArray(kind);
      template.addObject().putObject("SpecialToken").put("id", Verse.START).put("type_id", 0);
      template.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
      if (kind.equals("pair")) {
        template.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
      }
    }
    ObjectNode start = processor.putObject("special_tokens").putObject(Verse.START);
    start.put("id", Verse.START).putArray("ids").add(1);
    start.putArray("tokens").add(Verse.START);
  }

  /** The likeliest first. */
  private static List<String> characters(List<Poem> poems, int fewest) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (Poem poem : poems) {
      (poem.title() + poem.text()).codePoints().forEach(c -> counts.merge(c, 1, Integer::sum));
    }
    return counts.entrySet().stream()
        .filter(e -> e.getValue() >= fewest)
        .sorted(
            Comparator.comparingInt((Map.Entry<Integer, Integer> e) -> -e.getValue())
                .thenComparingInt(Map.Entry::getKey))
        .map(e -> Character.toString(e.getKey()))
        .toList();
  }
}
