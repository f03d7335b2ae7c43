package io.zaohua.model.hub;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Optional;

/** A hub's dialect: how it lists a repository and where it keeps a file. */
interface HubSite extends AutoCloseable {
  Site site();

  Link link();

  /** The repository's files at a revision. */
  Listing list(String repository, String revision) throws SourceFailure;

  /** The file with its size and key, asked for if the listing lacks them. */
  RemoteFile complete(String repository, Listing listing, RemoteFile file) throws SourceFailure;

  /** Where a listed file is read from. */
  URI address(String repository, Listing listing, RemoteFile file);

  /** The key that an answer's headers give for the file's content now; empty if they give none. */
  default Optional<String> tag(HttpHeaders headers) {
    return Optional.empty();
  }

  @Override
  default void close() {
    link().close();
  }
}
