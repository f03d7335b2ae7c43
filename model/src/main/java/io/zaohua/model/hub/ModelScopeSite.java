package io.zaohua.model.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Optional;

/**
 * ModelScope's API, as its Python client speaks it: {@code /api/v1/models/NAME/repo/files} lists
 * with a SHA-256 for every file, {@code /api/v1/models/NAME/repo?FilePath=} serves. It names no
 * commit for the whole listing, so the revision names the snapshot.
 */
record ModelScopeSite(Link link) implements HubSite {
  @Override
  public Site site() {
    return Site.MODELSCOPE;
  }

  @Override
  public Listing list(String repository, String revision) throws SourceFailure {
    URI uri =
        URI.create(
            base(repository)
                + "/repo/files?Recursive=true&Revision="
                + URLEncoder.encode(revision, StandardCharsets.UTF_8));
    JsonNode answer = link.json(repository, uri);
    JsonNode listed = answer.path("Data").path("Files");
    if (!listed.isArray()) {
      throw link.odd(repository);
    }
    var files = new ArrayList<RemoteFile>();
    for (JsonNode file : listed) {
      if (!file.path("Type").asText("").equals("tree")) {
        files.add(
            new RemoteFile(
                SafeName.path(file.path("Path").asText("")),
                file.path("Size").asLong(-1),
                file.path("Sha256").asText("")));
      }
    }
    return new Listing(revision, Optional.empty(), files);
  }

  @Override
  public RemoteFile complete(String repository, Listing listing, RemoteFile file)
      throws SourceFailure {
    if (file.bytes() < 0 || file.key().isEmpty()) {
      throw link.odd(repository);
    }
    return file;
  }

  @Override
  public URI address(String repository, Listing listing, RemoteFile file) {
    return URI.create(
        base(repository)
            + "/repo?Revision="
            + URLEncoder.encode(listing.commit(), StandardCharsets.UTF_8)
            + "&FilePath="
            + URLEncoder.encode(file.path(), StandardCharsets.UTF_8));
  }

  private String base(String repository) {
    return link.endpoint() + "/api/v1/models/" + repository;
  }
}
