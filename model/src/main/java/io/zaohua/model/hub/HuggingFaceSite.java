package io.zaohua.model.hub;

import com.fasterxml.jackson.databind.JsonNode;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Optional;

/**
 * The Hugging Face hub's API, as huggingface_hub 2.4 speaks it: {@code
 * /api/models/NAME/revision/REV?blobs=true} lists, {@code /NAME/resolve/COMMIT/FILE} serves. A blob
 * is named by its LFS SHA-256, or by its git SHA-1.
 */
record HuggingFaceSite(Link link) implements HubSite {
  @Override
  public Site site() {
    return Site.HUGGING_FACE;
  }

  @Override
  public Listing list(String repository, String revision) throws SourceFailure {
    URI uri =
        URI.create(
            link.endpoint()
                + "/api/models/"
                + repository
                + "/revision/"
                + URLEncoder.encode(revision, StandardCharsets.UTF_8)
                + "?blobs=true");
    JsonNode answer = link.json(repository, uri);
    String commit = answer.path("sha").asText("");
    if (!commit.matches("[0-9a-fA-F]{7,64}") || !answer.path("siblings").isArray()) {
      throw link.odd(repository);
    }
    var files = new ArrayList<RemoteFile>();
    for (JsonNode sibling : answer.path("siblings")) {
      JsonNode lfs = sibling.path("lfs");
      files.add(
          new RemoteFile(
              SafeName.path(sibling.path("rfilename").asText("")),
              sibling.path("size").asLong(lfs.path("size").asLong(-1)),
              lfs.path("sha256").asText(sibling.path("blobId").asText(""))));
    }
    return new Listing(commit, licence(answer), files);
  }

  private static Optional<String> licence(JsonNode answer) {
    String licence = answer.path("cardData").path("license").asText("");
    return licence.isEmpty() ? Optional.empty() : Optional.of(licence);
  }

  @Override
  public RemoteFile complete(String repository, Listing listing, RemoteFile file)
      throws SourceFailure {
    if (file.bytes() >= 0 && !file.key().isEmpty()) {
      return file;
    }
    HttpHeaders headers =
        link.patiently(
            repository,
            () -> {
              try (Wire.Reply reply = link.wire().head(address(repository, listing, file))) {
                link.check(repository, reply);
                return reply.hub();
              }
            });
    Optional<String> key = tag(headers);
    long bytes =
        headers
            .firstValueAsLong("X-Linked-Size")
            .orElse(headers.firstValueAsLong("Content-Length").orElse(-1));
    if (key.isEmpty() || bytes < 0) {
      throw new SourceFailure(
          UserError.Kind.INPUT,
          Message.of(
              "The hub at %s does not say how large %s is.",
              "hub(%s)没有说明 %s 的大小。", link.endpoint(), file.path()),
          Message.of("Check HF_ENDPOINT.", "请检查 HF_ENDPOINT。"));
    }
    return new RemoteFile(file.path(), bytes, key.get());
  }

  @Override
  public Optional<String> tag(HttpHeaders headers) {
    return headers
        .firstValue("X-Linked-Etag")
        .or(() -> headers.firstValue("ETag"))
        .map(tag -> tag.replaceFirst("^W/", "").replace("\"", ""));
  }

  @Override
  public URI address(String repository, Listing listing, RemoteFile file) {
    return URI.create(
        link.endpoint()
            + "/"
            + repository
            + "/resolve/"
            + listing.commit()
            + "/"
            + URLEncoder.encode(file.path(), StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/"));
  }
}
