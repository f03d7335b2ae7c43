package io.zaohua.engine;

import io.zaohua.model.tokenizer.StreamingDecoder;
import java.util.List;
import java.util.function.Consumer;

/**
 * Turns tokens into text as they come: whole characters only, and nothing that could still become a
 * stop text.
 */
final class TextOutput {
  private final StreamingDecoder decoder;
  private final List<String> stop;
  private final Consumer<String> listener;
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder held = new StringBuilder();

  TextOutput(StreamingDecoder decoder, List<String> stop, Consumer<String> listener) {
    this.decoder = decoder;
    this.stop = stop;
    this.listener = listener;
  }

  /** Takes a token; true when a stop text is complete. */
  boolean accept(int id) {
    return add(decoder.accept(id));
  }

  private boolean add(String piece) {
    held.append(piece);
    int first = -1;
    for (String s : stop) {
      int at = held.indexOf(s);
      if (at >= 0 && (first < 0 || at < first)) {
        first = at;
      }
    }
    if (first >= 0) {
      emit(first);
      held.setLength(0);
      return true;
    }
    emit(held.length() - couldBeStop());
    return false;
  }

  /** Characters at the end that begin a stop text. */
  private int couldBeStop() {
    int most = 0;
    for (String s : stop) {
      for (int n = Math.min(s.length() - 1, held.length()); n > most; n--) {
        if (s.startsWith(held.substring(held.length() - n))) {
          most = n;
        }
      }
    }
    return most;
  }

  private void emit(int n) {
    if (n > 0) {
      String out = held.substring(0, n);
      held.delete(0, n);
      text.append(out);
      listener.accept(out);
    }
  }

  /** Gives out what was held back, at the end without a stop. */
  void finish() {
    if (!add(decoder.finish())) {
      emit(held.length());
    }
  }

  String text() {
    return text.toString();
  }
}
