package io.zaohua.engine.sample;

/** Divides logits by a temperature above 0: below 1 sharper, above 1 flatter. */
record Temperature(double temperature) implements Cut {
  @Override
  public void apply(Candidates candidates) {
    candidates.divide(temperature);
  }
}
