package io.zaohua.model.jinja;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;

/** A template that cannot go on, before {@link Template} adds the line and tells the user. */
final class TemplateError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Message reason;
  private final boolean raised;
  private final UserError.Kind kind;

  private TemplateError(UserError.Kind kind, Message reason, boolean raised) {
    super(reason.english(), null, false, false);
    this.kind = kind;
    this.reason = reason;
    this.raised = raised;
  }

  static TemplateError of(String english, String chinese, Object... args) {
    return new TemplateError(UserError.Kind.INPUT, Message.of(english, chinese, args), false);
  }

  /** A limit is reached: the template asks for more than any prompt needs. */
  static TemplateError limit(String english, String chinese, Object... args) {
    return new TemplateError(UserError.Kind.CAPACITY, Message.of(english, chinese, args), false);
  }

  /** A known part of Jinja that chat templates do without. */
  static TemplateError unsupported(String english, String chinese, Object... args) {
    return new TemplateError(UserError.Kind.UNSUPPORTED, Message.of(english, chinese, args), false);
  }

  /** The template itself called {@code raise_exception}. */
  static TemplateError raised(String message) {
    return new TemplateError(UserError.Kind.INPUT, new Message(message, message), true);
  }

  Message reason() {
    return reason;
  }

  boolean isRaised() {
    return raised;
  }

  UserError.Kind kind() {
    return kind;
  }
}
