package io.zaohua.model.hub;

import java.time.Duration;

/**
 * How long a hub is waited for.
 *
 * @param connect until a connection stands; past it the next source is tried
 * @param answer until an answer's headers are here
 * @param stall without one byte, before a running download is taken for broken
 * @param tries attempts without progress before a file is given up
 * @param firstWait before the second attempt; doubles each time, up to {@code longestWait}
 */
public record Patience(
    Duration connect,
    Duration answer,
    Duration stall,
    int tries,
    Duration firstWait,
    Duration longestWait) {
  public static final Patience DEFAULT =
      new Patience(
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          6,
          Duration.ofMillis(500),
          Duration.ofSeconds(10));

  /** The wait before attempt {@code attempt}, counted from 1 for the second one. */
  Duration before(int attempt) {
    long wait = firstWait.toMillis() << Math.min(attempt - 1, 20);
    return Duration.ofMillis(Math.min(wait, longestWait.toMillis()));
  }
}
