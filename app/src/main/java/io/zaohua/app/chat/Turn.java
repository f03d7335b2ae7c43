package io.zaohua.app.chat;

/**
 * One thing said.
 *
 * @param role system, user or assistant, as chat templates name them
 * @param content the text
 */
public record Turn(String role, String content) {
  public static Turn system(String content) {
    return new Turn("system", content);
  }

  public static Turn user(String content) {
    return new Turn("user", content);
  }

  public static Turn assistant(String content) {
    return new Turn("assistant", content);
  }
}
