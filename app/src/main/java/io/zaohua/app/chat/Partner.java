package io.zaohua.app.chat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Whoever answers: the model behind the conversation. */
public interface Partner {

  /**
   * Answers the last of the turns and hands every piece of text to {@code out} as it comes.
   *
   * @param stopped asked between tokens; true ends the answer with what there is
   */
  Answer answer(List<Turn> turns, Style style, Consumer<String> out, BooleanSupplier stopped);

  /**
   * Keeps in a file what was computed of the turns, so that they need not be read again.
   *
   * @return tokens kept
   */
  default int keep(List<Turn> turns, Path file) {
    return 0;
  }

  /**
   * Takes back what {@link #keep} wrote.
   *
   * @return tokens that need no reading now
   */
  default int recall(Path file) {
    return 0;
  }

  /**
   * What was answered.
   *
   * @param text all pieces together
   * @param promptTokens tokens of the whole prompt
   * @param cachedTokens how many of them needed no computing
   * @param tokens tokens of the answer
   * @param seconds from the first to the last of them
   * @param note why it ended, where the user should know; else empty
   */
  record Answer(
      String text, int promptTokens, int cachedTokens, int tokens, double seconds, String note) {}
}
