package io.zaohua.model.jinja;

/** Counts what a rendering uses, so that a hostile template ends in an error and not in a hang. */
final class Budget {
  private final Limits limits;
  private long steps;
  private long characters;
  private int depth;

  Budget(Limits limits) {
    this.limits = limits;
  }

  void step() {
    steps(1);
  }

  void steps(long count) {
    steps += count;
    if (steps > limits.steps() || steps < 0) {
      throw TemplateError.limit("it takes more than %d steps", "它要走超过 %d 步", limits.steps());
    }
  }

  /** Announces a text of so many characters about to be built. */
  void characters(long count) {
    characters += count;
    if (count > limits.output() || characters > limits.characters()) {
      throw TemplateError.limit(
          "it builds texts of more than %d characters",
          "它生成的文本超过 %d 个字符", count > limits.output() ? limits.output() : limits.characters());
    }
    steps += count >> 6;
  }

  String text(StringBuilder built) {
    characters(built.length());
    return built.toString();
  }

  void enter() {
    if (++depth > limits.depth()) {
      throw TemplateError.limit("it nests deeper than %d levels", "它的嵌套超过 %d 层", limits.depth());
    }
    step();
  }

  void leave() {
    depth--;
  }
}
