package io.zaohua.learn.optimize;

/** What must hold for the constants of rules. */
final class Constants {
  private Constants() {}

  static void share(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + " " + value + " must be from 0 to below 1.");
    }
  }

  static void notBelowZero(String name, double value) {
    if (!(value >= 0)) {
      throw new IllegalArgumentException(name + " " + value + " must not be below 0.");
    }
  }
}
