package io.zaohua.app.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.app.terminal.Console;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the ids of a text as a JSON array, or the text of ids. */
@CommandLine.Command(
    name = "tokenize",
    description = "Print the token ids of a text as a JSON array; no BOS is added.")
final class Tokenize implements Callable<Integer> {
  private final Console console;

  @Mixin private final ModelOption model = new ModelOption();

  @Option(
      names = "--special",
      description = "Read control tokens written in the text as what they say.")
  private boolean special;

  @Option(
      names = "--decode",
      description = "TEXT is a JSON array of ids; print their text, and nothing after it.")
  private boolean decode;

  @Parameters(
      paramLabel = "TEXT",
      descriptionKey = "tokenize-text",
      description = "The text; - reads standard input as it is.")
  private String text = "";

  Tokenize(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Tokenizer tokenizer = open(model.resolve(console));
    String input = console.argumentOrInput(text);
    if (decode) {
      console.print(tokenizer.decode(ids(input, tokenizer.vocabularySize())));
    } else {
      console.println(
          Arrays.stream(tokenizer.encode(input, special))
              .mapToObj(Integer::toString)
              .collect(Collectors.joining(", ", "[", "]")));
    }
    return 0;
  }

  private static Tokenizer open(Path path) {
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      return checkpoint
          .tokenizer()
          .orElseThrow(
              () ->
                  new UserError(
                      UserError.Kind.NOT_FOUND,
                      Message.of("%s has no tokenizer.", "%s 没有分词器。", path),
                      new Message(
                          "Put its tokenizer.json beside it.", "请将其 tokenizer.json 放在旁边。")));
    }
  }

  /** The ids of a JSON array, each within the vocabulary. */
  static int[] ids(String json, int vocabulary) {
    JsonNode array = array(json);
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = array.path(i);
      if (!id.canConvertToInt()
          || !id.isIntegralNumber()
          || id.intValue() < 0
          || id.intValue() >= vocabulary) {
        throw noSuchToken(id.toString(), vocabulary);
      }
      ids[i] = id.intValue();
    }
    return ids;
  }

  static UserError noSuchToken(String id, int vocabulary) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "There is no token %s: the vocabulary has %d.",
            "没有编号为 %s 的词元:词表共 %d 个。", id, vocabulary),
        Message.of("Give ids from 0 to %d.", "请给出 0 到 %d 的编号。", vocabulary - 1));
  }

  private static JsonNode array(String json) {
    try {
      JsonNode array = new ObjectMapper().readTree(json);
      if (array.isArray()) {
        return array;
      }
    } catch (JsonProcessingException _) {
      // told below, as for any other text
    }
    throw new UserError(
        UserError.Kind.INPUT,
        new Message("These are no token ids.", "这不是词元编号。"),
        new Message("Give a JSON array such as [1, 2, 3].", "请给出 JSON 数组,例如 [1, 2, 3]。"));
  }
}
