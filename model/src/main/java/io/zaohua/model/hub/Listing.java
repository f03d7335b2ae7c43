package io.zaohua.model.hub;

import java.util.List;
import java.util.Optional;

/**
 * What a repository holds at one revision.
 *
 * @param commit the snapshot's name
 * @param licence as the hub tells it
 */
record Listing(String commit, Optional<String> licence, List<RemoteFile> files) {
  Listing {
    files = List.copyOf(files);
  }
}
