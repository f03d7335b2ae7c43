package io.zaohua.model.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** SmolLM2's tokenizer metadata out of the test resources. */
final class SmolLm2 {
  static final TokenizerMetadata METADATA = read();
  static final Tokenizer TOKENIZER = METADATA.tokenizer();

  private SmolLm2() {}

  private static TokenizerMetadata read() {
    var tokens = new ArrayList<String>();
    var types = new ArrayList<Integer>();
    var merges = new ArrayList<String>();
    var ids = new HashMap<String, Integer>();
    var flags = new HashMap<String, Boolean>();
    String model = "";
    String pre = "";
    for (String line : lines()) {
      String[] parts = line.split(" ", 3);
      switch (parts[0]) {
        case "model" -> model = parts[1];
        case "pre" -> pre = parts[1];
        case "flag" -> flags.put(parts[1], Boolean.valueOf(parts[2]));
        case "id" -> ids.put(parts[1], Integer.valueOf(parts[2]));
        case "token" -> {
          types.add(Integer.valueOf(parts[1]));
          tokens.add(parts[2]);
        }
        case "merge" -> merges.add(line.substring("merge ".length()));
        default -> throw new IllegalStateException(line);
      }
    }
    return new TokenizerMetadata(
        model, pre, tokens, List.of(), types, merges, ids, flags, List.of(), List.of());
  }

  private static List<String> lines() {
    try (var in = SmolLm2.class.getResourceAsStream("/tokenizers/smollm2.txt.gz")) {
      var text = new String(new GZIPInputStream(in).readAllBytes(), StandardCharsets.UTF_8);
      return List.of(text.split("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
