package io.zaohua.model.tokenizer;

import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/** Pieces that end a turn or a text by their spelling (llama.cpp, src/llama-vocab.cpp). */
final class EndTokens {
  private static final Set<String> TURN_ENDS =
      Set.of(
          "<|eot_id|>",
          "<|im_end|>",
          "<|end|>",
          "<end_of_turn>",
          "<|endoftext|>",
          "<|end_of_text|>",
          "<EOT>",
          "_<EOT>",
          "[EOT]",
          "<｜end▁of▁sentence｜>",
          "<end_of_utterance>");
  private static final Set<String> OTHER_ENDS =
      Set.of(
          "<|return|>",
          "<|call|>",
          "<|flush|>",
          "<|calls|>",
          "</s>",
          "<|eom_id|>",
          "[EOS]",
          "<eos>",
          "<turn|>",
          "<|tool_response>",
          "[e~[",
          "<|fim_pad|>",
          "<fim-pad>",
          "<fim_pad>",
          "<PAD>",
          "<|fim_repo|>",
          "<|repo_name|>",
          "<fim-repo>",
          "<REPO>",
          "<reponame>",
          "<|file_sep|>");

  private EndTokens() {}

  static boolean endsTurn(String piece) {
    return TURN_ENDS.contains(piece);
  }

  static boolean ends(String piece) {
    return TURN_ENDS.contains(piece) || OTHER_ENDS.contains(piece);
  }

  /** Whether a vocabulary has the tokens of models that speak in channels. */
  static boolean channels(Predicate<String> has) {
    return (has.test("<|return|>") && has.test("<|call|>"))
        || (has.test("<|calls|>") && has.test("<|flush|>"));
  }

  /** The one that ends a turn: the first spelled so that the vocabulary has, eos aside. */
  static OptionalInt turnEnd(Vocabulary vocabulary, OptionalInt eos) {
    return TURN_ENDS.stream()
        .mapToInt(vocabulary::id)
        .filter(id -> id >= 0 && (eos.isEmpty() || id != eos.getAsInt()))
        .min();
  }

  /** All ids that end generation. */
  static Set<Integer> all(Vocabulary vocabulary, OptionalInt... roles) {
    var found = new HashSet<Integer>();
    for (var names : java.util.List.of(TURN_ENDS, OTHER_ENDS)) {
      for (String name : names) {
        int id = vocabulary.id(name);
        if (id >= 0) {
          found.add(id);
        }
      }
    }
    // Models with channels end a message, not the turn, with <|end|>.
    if (channels(piece -> vocabulary.id(piece) >= 0)) {
      found.remove(vocabulary.id("<|end|>"));
    }
    for (var role : roles) {
      role.ifPresent(found::add);
    }
    return found;
  }
}
