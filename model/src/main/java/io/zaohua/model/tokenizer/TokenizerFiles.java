package io.zaohua.model.tokenizer;

import java.util.List;

/**
 * A tokenizer as Hugging Face's libraries load it.
 *
 * @param tokenizer the text of tokenizer.json
 * @param config the text of tokenizer_config.json
 * @param notes what these files cannot say, one sentence each
 */
public record TokenizerFiles(String tokenizer, String config, List<String> notes) {
  public TokenizerFiles {
    notes = List.copyOf(notes);
  }
}
