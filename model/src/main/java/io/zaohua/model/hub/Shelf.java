package io.zaohua.model.hub;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What the caches hold: found, listed, removed. Never touches the network. */
record Shelf(HubSettings settings, Catalogue catalogue) {

  CachedRepository repository(Site site, String name) {
    return new CachedRepository(root(site), name);
  }

  CachedRepository wheel(String project) {
    return new CachedRepository(wheels(), project);
  }

  private Path root(Site site) {
    return switch (site) {
      case HUGGING_FACE -> settings.hubCache();
      case MODELSCOPE -> settings.ownCache().resolve("modelscope");
    };
  }

  Path wheels() {
    return settings.ownCache().resolve("wheels");
  }

  /** A hub's model, if it is complete here. */
  Optional<Path> find(ModelName.Hosted name) {
    return repository(name.site(), name.repository())
        .find(name.revisionOrDefault())
        .flatMap(snapshot -> open(snapshot, name.file()));
  }

  /** A catalogue entry, from whichever of its sources it came. */
  Optional<Path> find(CatalogueEntry entry) {
    return entry.sources().stream().flatMap(source -> holder(source, entry).stream()).findFirst();
  }

  private Optional<Path> holder(Source source, CatalogueEntry entry) {
    return switch (source) {
      case Source.Repository(var site, var repository, var revision, var file) ->
          find(new ModelName.Hosted(site, repository, revision, Optional.of(file)));
      case Source.Wheel wheel ->
          wheel(wheel.project())
              .find(wheel.version())
              .flatMap(snapshot -> open(snapshot, Optional.of(entry.file())));
    };
  }

  private static Optional<Path> open(Path snapshot, Optional<String> file) {
    return CheckpointFiles.complete(CachedRepository.files(snapshot), file)
        .map(chosen -> chosen.main().map(snapshot::resolve).orElse(snapshot));
  }

  /** Every model that is here, by name. */
  List<CachedModel> list() {
    var models = new ArrayList<CachedModel>();
    for (Site site : Site.values()) {
      for (CachedRepository repository : CachedRepository.all(root(site))) {
        for (Path snapshot : repository.snapshots()) {
          models.addAll(models(site, repository, snapshot));
        }
      }
    }
    for (CatalogueEntry entry : catalogue.entries()) {
      for (Source source : entry.sources()) {
        if (source instanceof Source.Wheel) {
          holder(source, entry)
              .ifPresent(
                  path ->
                      models.add(
                          new CachedModel(
                              entry.name(), path, size(path), Optional.of(entry.licence()))));
        }
      }
    }
    return models;
  }

  private List<CachedModel> models(Site site, CachedRepository repository, Path snapshot) {
    var models = new ArrayList<CachedModel>();
    List<String> files = CachedRepository.files(snapshot);
    Optional<Path> usual = repository.find(site.defaultRevision);
    Optional<String> revision =
        usual.equals(Optional.of(snapshot))
            ? Optional.empty()
            : Optional.of(snapshot.getFileName().toString());
    Optional<String> card = licence(snapshot.resolve("README.md"));
    for (String file : files) {
      if (CheckpointFiles.opens(file)
          && CheckpointFiles.complete(files, Optional.of(file)).isPresent()) {
        var name = new ModelName.Hosted(site, repository.repository(), revision, Optional.of(file));
        Optional<CatalogueEntry> entry = catalogue.findSource(site, repository.repository(), file);
        long bytes =
            CheckpointFiles.parts(file).stream().mapToLong(p -> size(snapshot.resolve(p))).sum();
        models.add(
            new CachedModel(
                entry.filter(_ -> revision.isEmpty()).map(CatalogueEntry::name).orElse("" + name),
                snapshot.resolve(file),
                bytes,
                entry.map(CatalogueEntry::licence).or(() -> card)));
      }
    }
    Optional<CheckpointFiles> folder = CheckpointFiles.complete(files, Optional.empty());
    if (folder.isPresent() && folder.get().main().isEmpty()) {
      long bytes = files.stream().mapToLong(file -> size(snapshot.resolve(file))).sum();
      var name = new ModelName.Hosted(site, repository.repository(), revision, Optional.empty());
      models.add(new CachedModel(name.toString(), snapshot, bytes, card));
    }
    return models;
  }

  /** The {@code license} of a model card's front matter. */
  private static Optional<String> licence(Path card) {
    if (!Files.isRegularFile(card)) {
      return Optional.empty();
    }
    try (BufferedReader lines = Files.newBufferedReader(card)) {
      String line = lines.readLine();
      for (int i = 0; line != null && i < 200; i++, line = lines.readLine()) {
        if (line.toLowerCase(Locale.ROOT).startsWith("license:")) {
          String licence = line.substring("license:".length()).strip().replace("\"", "");
          return licence.isEmpty() ? Optional.empty() : Optional.of(licence);
        }
      }
    } catch (IOException | UncheckedIOException _) {
      // a card that cannot be read names no licence
    }
    return Optional.empty();
  }

  /** What removing {@code name} deletes. */
  Removal plan(String name) {
    return switch (ModelName.parse(name, catalogue)) {
      case ModelName.Local(var path) ->
          throw new UserError(
              UserError.Kind.USAGE,
              Message.of(
                  "%s is a path, and only models of the cache are removed.",
                  "%s 是路径,只能移除缓存中的模型。", path),
              Message.of("Delete the file yourself, or give a model's name.", "请自行删除,或给出模型名。"));
      case ModelName.Catalogued(var entry) -> {
        var all = new ArrayList<Removal>();
        for (Source source : entry.sources()) {
          if (holder(source, entry).isPresent()) {
            all.add(
                switch (source) {
                  case Source.Repository(var site, var repository, var _, var file) ->
                      plan(name, repository(site, repository), Optional.empty(), Optional.of(file));
                  case Source.Wheel wheel ->
                      plan(name, wheel(wheel.project()), Optional.empty(), Optional.empty());
                });
          }
        }
        yield new Removal(
            name,
            all.stream().flatMap(r -> r.paths().stream()).toList(),
            all.stream().mapToLong(Removal::bytes).sum());
      }
      case ModelName.Hosted hosted ->
          plan(
              name,
              repository(hosted.site(), hosted.repository()),
              hosted.revision(),
              hosted.file());
    };
  }

  private static Removal plan(
      String name, CachedRepository repository, Optional<String> revision, Optional<String> file) {
    List<Path> snapshots =
        revision.isPresent()
            ? repository.find(revision.get()).stream().toList()
            : repository.snapshots();
    var doomed = new LinkedHashSet<Path>();
    var kept = new LinkedHashSet<Path>();
    for (Path snapshot : repository.snapshots()) {
      for (String path : CachedRepository.files(snapshot)) {
        boolean goes =
            snapshots.contains(snapshot)
                && (file.isEmpty() || CheckpointFiles.parts(file.get()).contains(path));
        (goes ? doomed : kept).add(snapshot.resolve(path));
      }
    }
    if (kept.stream().noneMatch(path -> isWeights(path.toString()))) {
      if (!doomed.isEmpty() || (file.isEmpty() && revision.isEmpty())) {
        Path folder = repository.folder();
        return new Removal(
            name,
            Files.isDirectory(folder) ? List.of(folder, repository.locks()) : List.of(),
            size(folder));
      }
    }
    Set<Path> shared = new HashSet<>();
    kept.forEach(path -> shared.add(target(path)));
    var blobs = new LinkedHashSet<Path>();
    doomed.stream().map(Shelf::target).filter(b -> !shared.contains(b)).forEach(blobs::add);
    var paths = new ArrayList<Path>(doomed);
    blobs.stream().filter(blob -> !doomed.contains(blob)).forEach(paths::add);
    return new Removal(name, paths, blobs.stream().mapToLong(Shelf::size).sum());
  }

  private static boolean isWeights(String path) {
    return path.endsWith(".gguf") || path.endsWith(".safetensors");
  }

  private static Path target(Path pointer) {
    try {
      return Files.isSymbolicLink(pointer)
          ? pointer.resolveSibling(Files.readSymbolicLink(pointer)).normalize()
          : pointer;
    } catch (IOException _) {
      return pointer;
    }
  }

  /** Deletes what was planned. */
  void remove(Removal removal) {
    try {
      for (Path path : removal.paths()) {
        CachedRepository.delete(path);
        for (Site site : Site.values()) {
          CachedRepository.deleteEmpty(CachedRepository.parent(path), root(site));
        }
        CachedRepository.deleteEmpty(CachedRepository.parent(path), wheels());
      }
      dropDanglingRefs(removal);
    } catch (IOException e) {
      throw CachedRepository.cannotWrite(settings.hubCache(), e);
    }
  }

  /** huggingface_hub takes a ref to a missing snapshot for a broken cache. */
  private void dropDanglingRefs(Removal removal) throws IOException {
    for (Site site : Site.values()) {
      for (CachedRepository repository : CachedRepository.all(root(site))) {
        Path refs = repository.folder().resolve("refs");
        if (removal.paths().stream().noneMatch(path -> path.startsWith(repository.folder()))) {
          continue;
        }
        for (String ref : CachedRepository.files(refs)) {
          if (repository.find(ref).isEmpty()) {
            Files.delete(refs.resolve(ref));
          }
        }
      }
    }
  }

  /** Bytes of a file, or of all files below a folder, links not counted there. */
  private static long size(Path path) {
    if (!Files.isDirectory(path)) {
      try {
        return Files.size(path);
      } catch (IOException _) {
        return 0;
      }
    }
    try (Stream<Path> walked = Files.walk(path)) {
      return walked
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .mapToLong(Shelf::size)
          .sum();
    } catch (IOException _) {
      return 0;
    }
  }
}
