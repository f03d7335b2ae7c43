package io.zaohua.learn.verse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Poems to learn from and poems held out, each once, and none of the former nearly one of the
 * latter.
 *
 * @param duplicates poems that stood there already
 * @param near poems left out of training because a held-out one is nearly the same
 */
record Corpus(List<Poem> training, List<Poem> heldOut, int duplicates, int near) {
  private static final int GRAM = 4;
  private static final double NEARLY = 0.5;

  /**
   * Splits by poem.
   *
   * @param share of the poems that is held out
   */
  static Corpus split(List<Poem> poems, double share, long seed) {
    Set<String> seen = new HashSet<>();
    List<Poem> training = new ArrayList<>();
    List<Poem> heldOut = new ArrayList<>();
    int duplicates = 0;
    for (Poem poem : poems) {
      String characters = poem.characters();
      if (!seen.add(characters)) {
        duplicates++;
      } else if (new SplittableRandom(seed ^ characters.hashCode()).nextDouble() < share) {
        heldOut.add(poem);
      } else {
        training.add(poem);
      }
    }
    List<Poem> apart = apart(training, heldOut);
    return new Corpus(apart, heldOut, duplicates, training.size() - apart.size());
  }

  /** The poems that share fewer than half of the four-character runs of every held-out one. */
  private static List<Poem> apart(List<Poem> training, List<Poem> heldOut) {
    Map<String, List<Integer>> where = new HashMap<>();
    int[] sizes = new int[heldOut.size()];
    for (int i = 0; i < heldOut.size(); i++) {
      Set<String> grams = grams(heldOut.get(i));
      sizes[i] = grams.size();
      for (String gram : grams) {
        where.computeIfAbsent(gram, _ -> new ArrayList<>()).add(i);
      }
    }
    return training.stream().filter(poem -> !isNear(poem, where, sizes)).toList();
  }

  private static boolean isNear(Poem poem, Map<String, List<Integer>> where, int[] sizes) {
    Map<Integer, Integer> shared = new HashMap<>();
    for (String gram : grams(poem)) {
      where.getOrDefault(gram, List.of()).forEach(i -> shared.merge(i, 1, Integer::sum));
    }
    return shared.entrySet().stream().anyMatch(e -> e.getValue() >= NEARLY * sizes[e.getKey()]);
  }

  private static Set<String> grams(Poem poem) {
    Set<String> grams = new HashSet<>();
    for (String line : poem.lines()) {
      int[] c = line.codePoints().toArray();
      for (int i = 0; i + GRAM <= c.length; i++) {
        grams.add(new String(c, i, GRAM));
      }
    }
    return grams;
  }
}
