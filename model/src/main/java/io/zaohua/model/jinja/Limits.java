package io.zaohua.model.jinja;

/**
 * What one rendering may use before it ends in an error.
 *
 * @param steps evaluated nodes plus elements touched
 * @param characters characters of all texts built, intermediate ones included
 * @param output characters of the result
 * @param depth nested evaluations, macro calls included
 */
public record Limits(long steps, long characters, int output, int depth) {

  /** Nesting of a value, and of brackets in an expression. */
  static final int NESTING = 100;

  /** Elements of one range, as jinja2's sandbox has it. */
  static final int RANGE = 100_000;

  /** Bits of an integer: Python prints no more than 4300 digits. */
  static final int INTEGER_BITS = 14_284;

  /** Characters of a template's source. */
  static final int SOURCE = 4 << 20;

  /** Room for any honest template over a context of this weight, in values and text. */
  static Limits forContext(long weight) {
    long capped = Math.min(weight, 10_000_000);
    return new Limits(4_000_000 + 1_000 * capped, (32L << 20) + 2_000 * capped, 32 << 20, 500);
  }
}
