package io.zaohua.engine.sample;

/** The last part: picks one of the candidates. */
@FunctionalInterface
interface Draw {
  /** The id drawn. */
  int from(Candidates candidates);
}
