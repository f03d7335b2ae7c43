package io.zaohua.model.tokenizer;

import java.util.Arrays;
import java.util.List;

/**
 * Joins the matches of a pattern and the text between them as a {@link PreTokenizer.Behavior} says.
 */
final class Pieces {
  private final String text;
  private final PreTokenizer.Behavior behavior;
  private int[] bounds = new int[32];
  private boolean[] matched = new boolean[16];
  private int size;

  Pieces(String text, PreTokenizer.Behavior behavior) {
    this.text = text;
    this.behavior = behavior;
  }

  /** The next stretch of the text; empty ones do not count. */
  void add(int start, int end, boolean match) {
    if (start == end) {
      return;
    }
    if (size == matched.length) {
      bounds = Arrays.copyOf(bounds, size * 4);
      matched = Arrays.copyOf(matched, size * 2);
    }
    bounds[2 * size] = start;
    bounds[2 * size + 1] = end;
    matched[size++] = match;
  }

  void drain(List<String> out) {
    for (int i = 0; i < size; ) {
      int last = i;
      switch (behavior) {
        case REMOVED, ISOLATED -> {}
        case CONTIGUOUS -> {
          while (last + 1 < size && matched[last + 1] == matched[i]) {
            last++;
          }
        }
        case MERGED_WITH_PREVIOUS -> {
          if (!matched[i] && last + 1 < size && matched[last + 1]) {
            last++;
          }
        }
        case MERGED_WITH_NEXT -> {
          if (matched[i] && last + 1 < size && !matched[last + 1]) {
            last++;
          }
        }
      }
      if (behavior != PreTokenizer.Behavior.REMOVED || !matched[i]) {
        out.add(text.substring(bounds[2 * i], bounds[2 * last + 1]));
      }
      i = last + 1;
    }
  }
}
