package io.zaohua.learn.rows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How records say what is to be learned. */
public enum RowFormat {
  /** {@code messages} as the OpenAI API has them, and {@code tools}. */
  CHAT,
  /** {@code instruction}, {@code input}, {@code output}; {@code system} and {@code history}. */
  ALPACA,
  /** {@code conversations} of {@code from} and {@code value}; {@code system} and {@code tools}. */
  SHAREGPT,
  /** {@code prompt} and {@code completion}, texts or messages. */
  COMPLETION,
  /** {@code chosen} and {@code rejected}, texts after a {@code prompt} or messages. */
  PREFERENCE,
  /** {@code prompt}, {@code completion}, and {@code label}: whether it is a good one. */
  UNPAIRED,
  /** {@code text}. */
  DOCUMENT;

  /** The name in a recipe. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static List<String> words() {
    return Arrays.stream(values()).map(RowFormat::word).toList();
  }

  public static Optional<RowFormat> named(String word) {
    return Arrays.stream(values()).filter(f -> f.word().equals(word)).findFirst();
  }

  /** What a record's keys say it is. */
  public static Optional<RowFormat> of(ObjectNode row) {
    if (row.has("messages")) {
      return Optional.of(CHAT);
    }
    if (row.has("chosen") && row.has("rejected")) {
      return Optional.of(PREFERENCE);
    }
    if (row.has("conversations") || row.has("conversation")) {
      var first = Fields.turns(row).path(0);
      return Optional.of(first.has("role") ? CHAT : SHAREGPT);
    }
    if (row.has("prompt") && Fields.completionKey(row).isPresent()) {
      return Optional.of(row.has("label") ? UNPAIRED : COMPLETION);
    }
    if (row.has("instruction") && row.has("output")) {
      return Optional.of(ALPACA);
    }
    return row.path("text").isTextual() ? Optional.of(DOCUMENT) : Optional.empty();
  }

  /**
   * What a record means.
   *
   * @param chat whether texts become messages of the model's chat template, or stay plain
   * @throws io.zaohua.model.UserError in one sentence without its place, if a key is missing or
   *     wrong
   */
  public Sample read(ObjectNode row, boolean chat) {
    return switch (this) {
      case CHAT -> new Sample.Talk(Fields.conversation(row));
      case SHAREGPT -> new Sample.Talk(ShareGpt.conversation(row));
      case ALPACA -> Alpaca.sample(row, chat);
      case COMPLETION -> new Sample.Answered(Fields.answer(row, Fields.completion(row), chat));
      case PREFERENCE -> Fields.preference(row, chat);
      case UNPAIRED ->
          new Sample.Judged(Fields.answer(row, Fields.completion(row), chat), Fields.label(row));
      case DOCUMENT -> new Sample.Text(Fields.text(row, "text"));
    };
  }
}
