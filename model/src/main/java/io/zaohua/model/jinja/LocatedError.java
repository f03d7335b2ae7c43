package io.zaohua.model.jinja;

/** A {@link TemplateError} and the line of the template it belongs to. */
final class LocatedError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final TemplateError error;

  LocatedError(int line, TemplateError error) {
    super(error.getMessage(), null, false, false);
    this.line = line;
    this.error = error;
  }

  int line() {
    return line;
  }

  TemplateError error() {
    return error;
  }
}
