package io.zaohua.model.jinja;

/** The arithmetic operators. */
enum BinaryOperator {
  ADD("+"),
  SUBTRACT("-"),
  MULTIPLY("*"),
  DIVIDE("/"),
  FLOOR_DIVIDE("//"),
  MODULO("%"),
  POWER("**");

  final String symbol;

  BinaryOperator(String symbol) {
    this.symbol = symbol;
  }
}
