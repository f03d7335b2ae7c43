package io.zaohua.engine.sample;

import io.zaohua.model.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Token sequences across which DRY counts no repetition.
 *
 * @param tails by first token: what must follow it; an empty tail makes the token alone a breaker
 */
public record DryBreakers(Map<Integer, Set<List<Integer>>> tails) {
  public static final DryBreakers NONE = new DryBreakers(Map.of());

  // llama.cpp's limits, so that the scan stays linear.
  private static final int LONGEST_TEXT = 40;
  private static final int LONGEST_TAIL = 20;

  public DryBreakers {
    var copy = new HashMap<Integer, Set<List<Integer>>>();
    tails.forEach((head, rests) -> copy.put(head, Set.copyOf(rests)));
    tails = Map.copyOf(copy);
  }

  /** Each sequence, of one token or more, is a breaker as it stands. */
  public static DryBreakers of(List<List<Integer>> sequences) {
    var tails = new HashMap<Integer, Set<List<Integer>>>();
    for (List<Integer> sequence : sequences) {
      if (!sequence.isEmpty()) {
        add(tails, sequence.getFirst(), sequence.subList(1, sequence.size()));
      }
    }
    return new DryBreakers(tails);
  }

  /**
   * Every way a text can lie in tokens: inside one, or begun by the end of one and carried on by
   * more (llama.cpp's reading of DRY).
   *
   * @param vocabulary number of tokens
   * @param piece the text of a token
   * @param tokenize the tokens of a text, without special ones
   */
  public static DryBreakers of(
      List<String> texts,
      int vocabulary,
      IntFunction<String> piece,
      Function<String, List<Integer>> tokenize) {
    var tails = new HashMap<Integer, Set<List<Integer>>>();
    for (int token = 0; token < vocabulary; token++) {
      String word = piece.apply(token);
      for (String text : texts) {
        if (!text.isEmpty()) {
          String breaker = text.substring(0, Math.min(text.length(), LONGEST_TEXT));
          addOverlaps(tails, token, word, breaker, tokenize);
        }
      }
    }
    return new DryBreakers(tails);
  }

  /** The same with a model's own tokenizer. */
  public static DryBreakers of(List<String> texts, Tokenizer tokenizer) {
    return of(
        texts,
        tokenizer.vocabularySize(),
        id -> new String(tokenizer.bytes(id), StandardCharsets.UTF_8),
        text -> Arrays.stream(tokenizer.encode(text, false)).boxed().toList());
  }

  private static void addOverlaps(
      Map<Integer, Set<List<Integer>>> tails,
      int token,
      String word,
      String breaker,
      Function<String, List<Integer>> tokenize) {
    if (word.contains(breaker)) {
      add(tails, token, List.of());
      return;
    }
    for (int start = Math.max(0, word.length() - breaker.length() + 1);
        start < word.length();
        start++) {
      int shared = word.length() - start;
      if (word.startsWith(breaker.substring(0, shared), start)) {
        List<Integer> rest = tokenize.apply(breaker.substring(shared));
        add(tails, token, rest.subList(0, Math.min(rest.size(), LONGEST_TAIL)));
      }
    }
  }

  private static void add(Map<Integer, Set<List<Integer>>> tails, int head, List<Integer> tail) {
    tails.computeIfAbsent(head, _ -> new HashSet<>()).add(new ArrayList<>(tail));
  }

  /** Whether the token alone is a breaker. */
  boolean single(int token) {
    return tails.getOrDefault(token, Set.of()).contains(List.of());
  }
}
