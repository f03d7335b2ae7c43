package io.zaohua.model.hub;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;

/**
 * This source cannot give the model, another one may: unlike a {@link UserError}, which is about
 * this machine (disk, permission, interrupt) and ends the pull.
 */
final class SourceFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final UserError error;

  SourceFailure(UserError error) {
    super(error);
    this.error = error;
  }

  SourceFailure(UserError.Kind kind, Message fact, Message remedy) {
    this(new UserError(kind, fact, remedy));
  }

  UserError error() {
    return error;
  }
}
