package io.zaohua.model.jinja;

import java.util.List;

/**
 * What a template wrote.
 *
 * @param text all of it
 * @param answers what of it stands between {@code generation} and {@code endgeneration}, in order;
 *     empty where the template does not mark that (or does so inside a macro or a set block)
 */
public record Rendering(String text, List<Span> answers) {
  public Rendering {
    answers = List.copyOf(answers);
  }

  /**
   * Characters of a text.
   *
   * @param start the first
   * @param end the one after the last
   */
  public record Span(int start, int end) {}
}
