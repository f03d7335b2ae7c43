package io.zaohua.engine.sample;

/** A part that drops candidates or reshapes their distribution; at least one always stays. */
@FunctionalInterface
interface Cut {
  void apply(Candidates candidates);
}
