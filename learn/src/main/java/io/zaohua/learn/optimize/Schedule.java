package io.zaohua.learn.optimize;

/** The learning rate of each step. */
@FunctionalInterface
public interface Schedule {

  /** The rate of a step, from 0 on. */
  double rate(int step);

  /** Always the same. */
  static Schedule constant(double rate) {
    return _ -> rate;
  }

  /** This schedule, after a climb of {@code steps} equal stairs up to {@code peak}. */
  default Schedule warmedUp(int steps, double peak) {
    return step -> step < steps ? peak * (step + 1) / steps : rate(step - steps);
  }

  /** Half a cosine from {@code peak} to {@code floor} (Loshchilov and Hutter 2017), then level. */
  static Schedule cosine(double peak, double floor, int steps) {
    return step ->
        floor + (peak - floor) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, step / (double) steps)));
  }

  /** A straight line from {@code peak} to {@code floor}, then level. */
  static Schedule linear(double peak, double floor, int steps) {
    return step -> peak + (floor - peak) * Math.min(1, step / (double) steps);
  }

  /** Level at {@code peak} for {@code stable} steps, then a line to {@code floor} (WSD). */
  static Schedule stableThenDecay(double peak, double floor, int stable, int decay) {
    Schedule fall = linear(peak, floor, decay);
    return step -> step < stable ? peak : fall.rate(step - stable);
  }
}
