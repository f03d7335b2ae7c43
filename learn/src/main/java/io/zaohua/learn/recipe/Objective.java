package io.zaohua.learn.recipe;

import java.nio.file.Path;
import java.util.List;

/** What a run makes small. */
public sealed interface Objective {

  /** Cross-entropy of the next token. */
  record Language() implements Objective {}

  /**
   * Preference between two answers.
   *
   * @param kind the loss
   * @param beta its strength: DPO's and IPO's beta, SimPO's beta, ORPO's lambda
   * @param gamma SimPO's margin
   * @param chosen weight of the chosen answer's own cross-entropy, mean over its tokens
   */
  record Pairs(Kind kind, double beta, double gamma, double chosen) implements Objective {}

  /** Losses on pairs. */
  enum Kind {
    DPO,
    HINGE,
    IPO,
    SIMPO,
    ORPO;

    /** Whether it compares with the model as it was before training. */
    public boolean needsReference() {
      return this == DPO || this == HINGE || this == IPO;
    }

    /** Whether it looks at means over an answer's tokens, not sums. */
    public boolean means() {
      return this == IPO || this == SIMPO || this == ORPO;
    }
  }

  /**
   * Answers judged one by one (KTO, Ethayarajh et al. 2024).
   *
   * @param beta strength of the bond to the model before training
   * @param desirable weight of good answers
   * @param undesirable weight of bad ones
   */
  record Judged(double beta, double desirable, double undesirable) implements Objective {}

  /** A model that scores answers, from pairs (Bradley and Terry 1952). */
  record Reward() implements Objective {}

  /**
   * What a larger model thinks of each token (Hinton et al. 2015).
   *
   * @param teacher a checkpoint with the same tokenizer
   * @param temperature of both distributions
   * @param alpha share of the teacher's word; the rest is cross-entropy
   */
  record Distill(Path teacher, double temperature, double alpha) implements Objective {}

  /**
   * Answers drawn from the model and judged by a method of the calling program (GRPO, Shao et al.
   * 2024).
   *
   * @param group answers to each prompt
   * @param length tokens of an answer at most
   * @param temperature they are drawn at
   * @param low how far below 1 a ratio of probabilities counts
   * @param high how far above 1
   * @param beta strength of the bond to the model before training
   * @param updates optimizer steps on the same answers
   * @param divide whether advantages are divided by their group's deviation
   * @param average what counts the same
   */
  record Grpo(
      int group,
      int length,
      double temperature,
      double low,
      double high,
      double beta,
      int updates,
      boolean divide,
      Average average)
      implements Objective {}

  /** What counts the same in a mean over tokens of answers. */
  enum Average {
    /** Every answer (GRPO). */
    ANSWER,
    /** Every token (DAPO). */
    TOKEN,
    /** Every token, as if all answers had the full length (Dr. GRPO). */
    LENGTH
  }

  /** Whether a new model has nothing to begin with. */
  default boolean needsTrainedModel() {
    return comparesAnswers() || this instanceof Grpo;
  }

  /** Whether it learns from answers compared or judged. */
  default boolean comparesAnswers() {
    return switch (this) {
      case Language _, Distill _, Grpo _ -> false;
      case Pairs _, Judged _, Reward _ -> true;
    };
  }

  static Objective read(Section s, Places places) {
    String name =
        s.choice(
            "name",
            "language",
            List.of(
                "language",
                "dpo",
                "dpo_hinge",
                "ipo",
                "simpo",
                "orpo",
                "kto",
                "reward",
                "distill",
                "grpo",
                "dr_grpo"));
    return switch (name) {
      case "dpo" -> pairs(s, Kind.DPO, 0.1, 0);
      case "dpo_hinge" -> pairs(s, Kind.HINGE, 0.1, 0);
      case "ipo" -> pairs(s, Kind.IPO, 0.1, 0);
      case "simpo" -> pairs(s, Kind.SIMPO, 2, 0);
      case "orpo" -> pairs(s, Kind.ORPO, 0.1, 1);
      case "kto" ->
          new Judged(
              s.number("beta", 0.1, 1e-9, 1e6),
              s.number("desirable_weight", 1, 0, 1e6),
              s.number("undesirable_weight", 1, 0, 1e6));
      case "reward" -> new Reward();
      case "distill" ->
          new Distill(
              places.find(s.name("teacher"), s.needText("teacher")),
              s.number("temperature", 1, 1e-3, 1e3),
              s.number("alpha", 1, 0, 1));
      case "grpo" -> grpo(s, true, "answer");
      case "dr_grpo" -> grpo(s, false, "length");
      default -> new Language();
    };
  }

  private static Grpo grpo(Section s, boolean divide, String average) {
    double low = s.number("clip_low", 0.2, 0, 1);
    return new Grpo(
        s.whole("group", 8, 2),
        s.whole("length", 64, 1),
        s.number("temperature", 1, 1e-3, 1e3),
        low,
        s.number("clip_high", low, 0, 1e3),
        s.number("beta", 0.04, 0, 1e6),
        s.whole("updates", 1, 1),
        s.flag("divide", divide),
        switch (s.choice("average", average, List.of("answer", "token", "length"))) {
          case "token" -> Average.TOKEN;
          case "length" -> Average.LENGTH;
          default -> Average.ANSWER;
        });
  }

  private static Pairs pairs(Section s, Kind kind, double beta, double chosen) {
    return new Pairs(
        kind,
        s.number("beta", beta, 1e-9, 1e6),
        kind == Kind.SIMPO ? s.number("gamma", 0.5, 0, 1e6) : 0,
        s.number("chosen_weight", chosen, 0, 1e6));
  }
}
