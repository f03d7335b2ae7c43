package io.zaohua.model.hub;

import io.zaohua.model.Message;

/** Hears how a pull goes. Called from the pulling thread; must return quickly. */
public interface PullListener {
  /** Hears nothing. */
  PullListener SILENT =
      new PullListener() {
        @Override
        public void note(Message message) {}

        @Override
        public void progress(String file, long done, long total) {}
      };

  /** One line worth reading: another source, a wait, a retry, a licence. */
  void note(Message message);

  /**
   * How much of a file is here; at most about ten times a second, and once when it is complete.
   *
   * @param file its path in the repository
   * @param done bytes on disk, those of an earlier attempt included; can fall when the file
   *     restarts
   * @param total bytes when complete
   */
  void progress(String file, long done, long total);
}
