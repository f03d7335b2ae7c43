package io.zaohua.learn.recipe;

import io.zaohua.learn.optimize.Adafactor;
import io.zaohua.learn.optimize.AdamW;
import io.zaohua.learn.optimize.Lion;
import io.zaohua.learn.optimize.Muon;
import io.zaohua.learn.optimize.Rule;
import io.zaohua.learn.optimize.Sgd;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How weights change.
 *
 * @param rate the highest learning rate
 * @param rule the optimizer and its constants
 * @param decayVectors whether norms and biases are decayed too
 * @param average decay of the weights' moving average, if that is what is wanted
 */
public record Optimization(double rate, Rule rule, boolean decayVectors, OptionalDouble average) {
  private static final List<String> SHARED = List.of("name", "lr", "weight_decay", "decay_vectors");

  /** What each optimizer knows besides. */
  private static final Map<String, List<String>> OWN = new LinkedHashMap<>();

  static {
    OWN.put("adamw", List.of("betas", "eps"));
    OWN.put("muon", List.of("momentum", "nesterov", "ns_steps", "adjust_lr", "adamw"));
    OWN.put("lion", List.of("betas"));
    OWN.put("adafactor", List.of("beta2_decay", "eps1", "eps2", "d"));
    OWN.put("sgd", List.of("momentum", "nesterov"));
  }

  static Optimization read(Section s, Section ema) {
    String name = s.choice("name", "adamw", List.copyOf(OWN.keySet()));
    refuseForeign(s, name);
    Rule rule =
        switch (name) {
          case "muon" -> muon(s);
          case "lion" -> {
            List<Double> betas = betas(s, 0.9, 0.99);
            yield new Lion(betas.get(0), betas.get(1), decay(s, 0.1));
          }
          case "adafactor" -> adafactor(s);
          case "sgd" -> sgd(s);
          default -> adamW(s);
        };
    double decay = ema.number("decay", 0, 0, 1 - 1e-9);
    return new Optimization(
        rate(s, name),
        rule,
        s.flag("decay_vectors", true),
        decay == 0 ? OptionalDouble.empty() : OptionalDouble.of(decay));
  }

  /** A key that belongs to other optimizers only. */
  private static void refuseForeign(Section s, String name) {
    for (String key : s.keys()) {
      List<String> owners =
          OWN.entrySet().stream()
              .filter(e -> e.getValue().contains(key))
              .map(Map.Entry::getKey)
              .toList();
      if (!owners.isEmpty() && !owners.contains(name)) {
        throw new UserError(
            UserError.Kind.INPUT,
            Message.of(
                "The recipe's optimizer is %s, and %s is a key of %s.",
                "配方的优化器是 %s,而 %s 是 %s 的键。", name, s.name(key), String.join(", ", owners)),
            Message.of(
                "%s knows %s.",
                "%s 可用的键:%s。",
                name,
                String.join(", ", SHARED)
                    + ", "
                    + String.join(", ", OWN.getOrDefault(name, List.of()))));
      }
    }
  }

  private static double rate(Section s, String name) {
    double usual =
        switch (name) {
          case "muon" -> 0.02;
          case "lion" -> 1e-4;
          case "adafactor" -> 0.01;
          default -> 1e-3;
        };
    return s.number("lr", usual, 0, 1e3);
  }

  private static double decay(Section s, double usual) {
    return s.number("weight_decay", usual, 0, 10);
  }

  private static AdamW adamW(Section s) {
    List<Double> betas = betas(s, 0.9, 0.95);
    return new AdamW(betas.get(0), betas.get(1), s.number("eps", 1e-8, 1e-30, 1), decay(s, 0.1));
  }

  private static List<Double> betas(Section s, double first, double second) {
    List<Double> betas = s.numbers("betas");
    boolean fit = betas.isEmpty() || betas.size() == 2;
    if (!fit || betas.stream().anyMatch(b -> b < 0 || b >= 1)) {
      throw s.wrong("betas", betas, "two numbers from 0 to below 1", "两个 0 到 1 之间的数");
    }
    return betas.isEmpty() ? List.of(first, second) : betas;
  }

  private static Muon muon(Section s) {
    boolean matched =
        s.choice("adjust_lr", "original", List.of("original", "match_rms_adamw"))
            .equals("match_rms_adamw");
    Section others = s.section("adamw");
    double rate = rate(s, "muon");
    double othersRate = others.number("lr", matched ? rate : 1e-3, 0, 1e3);
    int iterations = s.whole("ns_steps", 5, 1);
    if (iterations > 99) {
      throw s.wrong("ns_steps", iterations, "a number from 1 to 99", "1 到 99 的数");
    }
    return new Muon(
        s.number("momentum", 0.95, 0, 0.999999),
        s.flag("nesterov", true),
        iterations,
        matched ? Muon.Scaling.MATCH_RMS_ADAMW : Muon.Scaling.ORIGINAL,
        decay(s, 0.1),
        adamW(others),
        rate == 0 ? 0 : othersRate / rate);
  }

  private static Adafactor adafactor(Section s) {
    return new Adafactor(
        s.number("beta2_decay", -0.8, -100, 0),
        s.number("eps1", Adafactor.F32_EPS, 0, 1),
        s.number("eps2", 1e-3, 0, 1),
        s.number("d", 1, 1, 1e9),
        decay(s, 0));
  }

  private static Sgd sgd(Section s) {
    double momentum = s.number("momentum", 0, 0, 0.999999);
    boolean nesterov = s.flag("nesterov", false);
    if (nesterov && momentum == 0) {
      throw s.wrong("nesterov", true, "a momentum above 0 beside it", "同时大于 0 的 momentum");
    }
    return new Sgd(momentum, nesterov, decay(s, 0));
  }
}
