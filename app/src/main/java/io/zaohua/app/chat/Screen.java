package io.zaohua.app.chat;

import io.zaohua.model.Message;

/** Where a conversation is shown. */
public interface Screen {
  /** A piece of an answer. */
  void text(String piece);

  /** A line about the conversation rather than of it. */
  void note(Message message);
}
