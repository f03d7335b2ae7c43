package io.zaohua.engine.sample;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Beam search: the likeliest continuation found by keeping several at once.
 *
 * @param beams how many are kept, 1 to 64
 * @param lengthPenalty a text of n tokens scores its log-probability / n ^ lengthPenalty; above 0
 *     favours longer texts
 * @param maxTokens new tokens at most
 * @param endTokens ids that end a text
 */
public record BeamSearch(int beams, double lengthPenalty, int maxTokens, Set<Integer> endTokens) {

  /**
   * One text found.
   *
   * @param tokens new tokens, the end token included if there was one
   * @param logProb the sum over its tokens, natural logarithm
   * @param score what it was ranked by
   * @param ended whether an end token closed it, rather than the limit
   */
  public record Hypothesis(List<Integer> tokens, double logProb, double score, boolean ended) {
    public Hypothesis {
      tokens = List.copyOf(tokens);
    }
  }

  private record Step(int parent, int token, double logProb) {}

  private static final Comparator<Step> LIKELIEST_FIRST =
      Comparator.comparingDouble(Step::logProb)
          .reversed()
          .thenComparingInt(Step::parent)
          .thenComparingInt(Step::token);

  public BeamSearch {
    check(beams, lengthPenalty);
    Bounds.atLeast("max-tokens", maxTokens, 1, 128);
    endTokens = Set.copyOf(endTokens);
  }

  /**
   * Whether a search can be made like this.
   *
   * @throws io.zaohua.model.UserError if a number is out of its range
   */
  public static void check(int beams, double lengthPenalty) {
    Bounds.between("beams", beams, 1, 64, 4);
    Bounds.between("length-penalty", lengthPenalty, -10, 10, 1);
  }

  /**
   * At most {@link #beams} texts, best score first. Stops at the limit, or when as many texts have
   * ended as there are beams and none still open scores better than the worst of them. Texts that
   * the limit cut compete with those that ended.
   */
  public List<Hypothesis> search(BeamModel model) {
    return search(model, () -> false);
  }

  /** The same; {@code stopped} is asked before every step and ends it with what there is. */
  public List<Hypothesis> search(BeamModel model, BooleanSupplier stopped) {
    List<Hypothesis> ended = new ArrayList<>();
    List<Hypothesis> open = List.of(new Hypothesis(List.of(), 0, 0, false));
    List<float[]> rows = List.of(model.start());
    while (true) {
      List<Hypothesis> next = new ArrayList<>();
      List<Integer> parents = new ArrayList<>();
      List<Integer> tokens = new ArrayList<>();
      List<Step> steps = steps(open, rows);
      for (int rank = 0; rank < steps.size() && next.size() < beams; rank++) {
        Step step = steps.get(rank);
        boolean ends = endTokens.contains(step.token());
        if (!ends) {
          next.add(extended(open.get(step.parent()), step, false));
          parents.add(step.parent());
          tokens.add(step.token());
        } else if (rank < beams) {
          ended.add(extended(open.get(step.parent()), step, true));
        }
      }
      keepBest(ended);
      open = next;
      if (next.isEmpty()
          || next.getFirst().tokens().size() >= maxTokens
          || settled(ended, next)
          || stopped.getAsBoolean()) {
        break;
      }
      rows = model.advance(parents, tokens);
    }
    ended.addAll(open);
    keepBest(ended);
    return List.copyOf(ended);
  }

  /** The likeliest ways on from all open texts, with room for every end token beside the beams. */
  private List<Step> steps(List<Hypothesis> open, List<float[]> rows) {
    var steps = new ArrayList<Step>();
    for (int row = 0; row < open.size(); row++) {
      float[] logits = rows.get(row);
      Logits.check(logits);
      double logSum = Logits.logSumExp(logits, 0, logits.length);
      var best = new Candidates();
      best.start(logits);
      best.keepTop(beams + endTokens.size());
      for (int i = 0; i < best.size() && best.logit(i) > Float.NEGATIVE_INFINITY; i++) {
        double logProb = open.get(row).logProb() + best.logit(i) - logSum;
        steps.add(new Step(row, best.id(i), logProb));
      }
    }
    steps.sort(LIKELIEST_FIRST);
    return steps;
  }

  private Hypothesis extended(Hypothesis before, Step step, boolean ended) {
    var tokens = new ArrayList<>(before.tokens());
    tokens.add(step.token());
    double score = step.logProb() / StrictMath.pow(tokens.size(), lengthPenalty);
    return new Hypothesis(tokens, step.logProb(), score, ended);
  }

  private boolean settled(List<Hypothesis> ended, List<Hypothesis> open) {
    return ended.size() >= beams
        && open.stream().noneMatch(text -> text.score() > ended.getLast().score());
  }

  private void keepBest(List<Hypothesis> texts) {
    texts.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
    if (texts.size() > beams) {
      texts.subList(beams, texts.size()).clear();
    }
  }
}
