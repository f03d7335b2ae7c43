package io.zaohua.learn.chat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.tokenizer.Tokenizer;
import io.zaohua.model.tokenizer.TokenizerJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A tokenizer whose tokens are single letters, but for two line ends in a row and the markers of
 * turns: what it gives can be spelled by hand.
 */
public final class Letters {
  /** SmolLM2-135M-Instruct's template (tokenizer_config.json, Apache-2.0). */
  public static final String SMOLLM2 =
      """
      {% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ \
      '<|im_start|>system\\nYou are a helpful AI assistant named SmolLM, trained by Hugging \
      Face<|im_end|>\\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\\n' + \
      message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ \
      '<|im_start|>assistant\\n' }}{% endif %}""";

  private static final Tokenizer TOKENIZER = read();

  private Letters() {}

  private static Tokenizer read() {
    try {
      Path folder = Files.createTempDirectory("letters");
      write(folder, "");
      Tokenizer tokenizer = TokenizerJson.read(folder);
      for (String name :
          List.of("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")) {
        Files.delete(folder.resolve(name));
      }
      Files.delete(folder);
      return tokenizer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Tokenizer tokenizer() {
    return TOKENIZER;
  }

  /** Its tokenizer.json. */
  public static String json() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode vocabulary = mapper.createObjectNode();
    IntStream.rangeClosed('!', '~').forEach(c -> vocabulary.put("" + (char) c, c - '!'));
    vocabulary.put("Ġ", 94).put("Ċ", 95).put("ĊĊ", 96);
    return """
    {"version": "1.0", "normalizer": null, "post_processor": null,
     "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
                       "use_regex": true},
     "decoder": {"type": "ByteLevel"},
     "added_tokens": [
       {"id": 97, "content": "<|im_start|>", "special": true, "normalized": false,
        "lstrip": false, "rstrip": false, "single_word": false},
       {"id": 98, "content": "<|im_end|>", "special": true, "normalized": false,
        "lstrip": false, "rstrip": false, "single_word": false}],
     "model": {"type": "BPE", "unk_token": null, "byte_fallback": false,
               "merges": [["Ċ", "Ċ"]], "vocab": %s}}
    """
        .formatted(vocabulary);
  }

  /** Puts the tokenizer, which ends texts with {@code <|im_end|>}, and a template into a folder. */
  public static void write(Path folder, String template) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), json());
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"<|im_end|>\"}");
    Files.writeString(folder.resolve("chat_template.jinja"), template);
  }

  /** The tokens by their pieces, those that are learned in brackets, neighbours in one. */
  public static String spelled(Example example) {
    Tokenizer tokenizer = tokenizer();
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < example.length(); i++) {
      boolean before = i > 0 && example.learned(i - 1);
      if (example.learned(i) && !before) {
        out.append('⟦');
      } else if (!example.learned(i) && before) {
        out.append('⟧');
      }
      out.append(tokenizer.piece(example.id(i)));
    }
    return out + (example.lastLearned() == example.length() - 1 ? "⟧" : "");
  }

  /** Messages written as {@code user: hello}. */
  public static Conversation talk(String... lines) {
    return Conversation.of(
        java.util.Arrays.stream(lines)
            .map(l -> l.split(": ", 2))
            .map(p -> Conversation.message(p[0], p[1]))
            .collect(Collectors.toList()));
  }

  /** A JSON object. */
  public static ObjectNode object(String json) {
    try {
      return (ObjectNode) new ObjectMapper().readTree(json.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
