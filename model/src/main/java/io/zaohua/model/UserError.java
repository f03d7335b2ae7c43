package io.zaohua.model;

/**
 * Something the user can mend: one fact, and what to do about it. Mapped once to an exit code and
 * to an HTTP status.
 */
public final class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Characters of a sentence; what files say can be of any length. */
  private static final int LONGEST = 1000;

  /** What went wrong, as far as callers must tell cases apart. */
  public enum Kind {
    /** A file or an argument is not what it should be. */
    INPUT,
    /** The command line was used wrongly. */
    USAGE,
    /** A file, model or name does not exist. */
    NOT_FOUND,
    /** The thing is known and not supported here. */
    UNSUPPORTED,
    /** It does not fit: memory, context or disk. */
    CAPACITY,
    /** Reading, writing or the network failed. */
    IO,
    /** The user stopped it. */
    INTERRUPTED
  }

  private final Kind kind;
  private final transient Message fact;
  private final transient Message remedy;

  public UserError(Kind kind, Message fact, Message remedy) {
    super(fact.english() + " " + remedy.english());
    this.kind = kind;
    this.fact = fact;
    this.remedy = remedy;
  }

  /** The same, keeping the technical cause for the stack trace. */
  public UserError(Kind kind, Message fact, Message remedy, Throwable cause) {
    this(kind, fact, remedy);
    initCause(cause);
  }

  public Kind kind() {
    return kind;
  }

  /** What is the case and what was expected, one sentence. */
  public Message fact() {
    return fact;
  }

  /** What to do about it, one sentence. */
  public Message remedy() {
    return remedy;
  }

  /** Fact and remedy in the user's language, one line. */
  public String text() {
    return Message.oneLine(fact.text(), LONGEST)
        + (Message.speaksChinese() ? "" : " ")
        + Message.oneLine(remedy.text(), LONGEST);
  }
}
