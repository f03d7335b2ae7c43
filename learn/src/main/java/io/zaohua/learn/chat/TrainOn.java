package io.zaohua.learn.chat;

/** Which part of a conversation is learned. */
public enum TrainOn {
  /** What the assistant says, with the token that ends its turn. */
  ASSISTANT,
  /** The same, of its last turn only. */
  LAST,
  /** Everything. */
  ALL
}
