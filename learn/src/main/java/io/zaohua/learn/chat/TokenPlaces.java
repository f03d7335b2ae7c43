package io.zaohua.learn.chat;

import io.zaohua.model.jinja.Rendering.Span;
import io.zaohua.model.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Where the tokens of a text stand in it. */
final class TokenPlaces {
  /** Ids that a tokenizer puts before a text. */
  private static final int MOST_BEFORE = 4;

  private final Tokenizer tokenizer;
  private final String text;
  private final int[] ids;
  private final Optional<int[]> ends;
  private final int before;

  /** The text's tokens with what the tokenizer wants before them. */
  TokenPlaces(Tokenizer tokenizer, String text) {
    this.tokenizer = tokenizer;
    this.text = text;
    this.ids = tokenizer.encodeOpenPrompt(text, true);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int skipped = 0;
    Optional<int[]> found = Optional.empty();
    while (found.isEmpty() && skipped < Math.min(MOST_BEFORE, ids.length)) {
      found = ends(bytes, skipped++);
    }
    this.ends = found;
    this.before =
        found.isPresent() ? skipped - 1 : ids.length - tokenizer.encode(text, true).length;
  }

  int[] ids() {
    return ids;
  }

  /** Tokens that hold a character of one of these spans. */
  BitSet covering(List<Span> spans) {
    BitSet covered = new BitSet();
    for (Span span : spans) {
      if (span.start() < span.end()) {
        if (ends.isPresent()) {
          cover(covered, ends.get(), bytes(span.start()), bytes(span.end()));
        } else {
          covered.set(common(span.start()).same(), endOf(span));
        }
      }
    }
    return covered;
  }

  private static void cover(BitSet covered, int[] ends, int from, int to) {
    int start = 0;
    for (int i = 0; i < ends.length; i++) {
      if (ends[i] > from && start < to && ends[i] > start) {
        covered.set(i);
      }
      start = ends[i];
    }
  }

  /** Bytes of the text up to a character. */
  private int bytes(int character) {
    return text.substring(0, character).getBytes(StandardCharsets.UTF_8).length;
  }

  /**
   * Where each token ends in the text's bytes; empty where the tokens do not spell them, as with
   * normalizers. A space that the tokenizer puts before the text is passed over.
   */
  private Optional<int[]> ends(byte[] bytes, int skipped) {
    var spelled = new ByteArrayOutputStream(bytes.length + 1);
    int[] places = new int[ids.length];
    for (int i = skipped; i < ids.length; i++) {
      byte[] token = tokenizer.bytes(ids[i]);
      spelled.write(token, 0, token.length);
      places[i] = spelled.size();
    }
    byte[] all = spelled.toByteArray();
    int extra = all.length == bytes.length + 1 && all[0] == ' ' ? 1 : 0;
    if (!Arrays.equals(all, extra, all.length, bytes, 0, bytes.length)) {
      return Optional.empty();
    }
    for (int i = skipped; i < places.length; i++) {
      places[i] -= extra;
    }
    return Optional.of(places);
  }

  /** Tokens that the text up to a character shares with the whole, and whether it has more. */
  private record Common(int same, boolean more) {}

  private Common common(int character) {
    int[] part = tokenizer.encode(text.substring(0, character), true);
    int same = 0;
    while (same < part.length && before + same < ids.length && part[same] == ids[before + same]) {
      same++;
    }
    return new Common(before + same, same < part.length);
  }

  private int endOf(Span span) {
    Common end = common(span.end());
    return Math.min(end.more() ? end.same() + 1 : end.same(), ids.length);
  }
}
