package io.zaohua.learn.run;

import io.zaohua.learn.TensorFiles;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.NewFile;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A run on disk: {@code recipe.yaml}, {@code run.json}, {@code metrics.jsonl}, {@code
 * checkpoints/step-N} and, at the end, {@code model}. A checkpoint appears when it is complete and
 * on the disk, so that a killed run goes on from the last one.
 */
final class RunFolder implements AutoCloseable {
  private static final Pattern STEP = Pattern.compile("step-(\\d{8})");
  private static final String STATE = "state.safetensors";

  private final Path folder;
  private final boolean writes;
  private Optional<Claim> claim = Optional.empty();

  RunFolder(Path folder) {
    this(folder, true);
  }

  /** A folder in which notes are written by one of several processes only. */
  RunFolder(Path folder, boolean writes) {
    this.folder = folder.toAbsolutePath().normalize();
    this.writes = writes;
  }

  /**
   * A checkpoint.
   *
   * @param step steps made
   * @param tokens tokens learned
   * @param held held-out loss, if it was measured
   */
  record Saved(Path path, int step, long tokens, OptionalDouble held) {}

  Path metrics() {
    return folder.resolve("metrics.jsonl");
  }

  Path model() {
    return folder.resolve("model");
  }

  Path path() {
    return folder;
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /**
   * Makes the folder ready for a run, and keeps other runs out of it until it is closed.
   *
   * @return what it goes on from: the newest checkpoint that is whole
   * @throws UserError if it holds a run and is not to go on, or holds another run, or other files
   */
  Optional<Saved> begin(Recipe recipe, boolean resume, TrainingListener listener) {
    prepare();
    List<Path> all = checkpointFolders();
    Optional<Saved> saved = newest();
    if (!resume && !all.isEmpty()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "%s holds a run already, at step %d.",
              "%s 已有一次训练,至第 %d 步。", folder, step(all.getLast())),
          Message.of(
              "Go on with --resume, or name another output.", "请用 --resume 继续,或换一个 output。"));
    }
    if (all.isEmpty() && Files.exists(model())) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "%s holds a trained model and no checkpoint to go on from.",
              "%s 已有训练好的模型,但没有可继续的检查点。", folder),
          Message.of("Name another output.", "请换一个 output。"));
    }
    if (resume) {
      noteGaps(all, saved, listener);
      if (saved.isPresent()) {
        requireSame(recipe);
      }
    }
    return saved;
  }

  /** Says what is not gone on from. */
  private void noteGaps(List<Path> all, Optional<Saved> saved, TrainingListener listener) {
    if (all.isEmpty()) {
      listener.note(
          Message.of("%s has no checkpoint yet: the run begins.", "%s 还没有检查点:从头开始训练。", folder));
      return;
    }
    Path last = all.getLast();
    if (saved.isEmpty()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "No checkpoint in %s is whole: %s",
              "%s 中没有完整的检查点:%s", checkpoints(), damage(last).orElseThrow().fact().text()),
          Message.of("Begin again with another output.", "请换一个 output 重新开始。"));
    }
    if (!saved.get().path().equals(last)) {
      listener.note(
          Message.of(
              "%s is damaged, the run goes on from %s.",
              "%s 已损坏,从 %s 继续。", last, saved.get().path().getFileName()));
    }
  }

  /** Makes the folder; what a killed run left half written goes. */
  void prepare() {
    try {
      claim = Optional.of(Claim.on(folder));
      Files.createDirectories(checkpoints());
      for (Path place : List.of(folder, checkpoints())) {
        for (Path leftover : list(place)) {
          String name = String.valueOf(leftover.getFileName());
          if (name.startsWith(".") && name.endsWith(".part")) {
            remove(leftover);
          }
        }
      }
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.IO,
          Message.of("The run's folder %s cannot be made or written.", "无法建立或写入训练文件夹 %s。", folder),
          Message.of("Name another output, or check the permissions.", "请换一个 output,或检查权限。"),
          e);
    }
  }

  @Override
  public void close() {
    claim.ifPresent(Claim::close);
    claim = Optional.empty();
  }

  private List<Path> checkpointFolders() {
    return list(checkpoints()).stream()
        .filter(p -> STEP.matcher(String.valueOf(p.getFileName())).matches())
        .toList();
  }

  private static int step(Path checkpoint) {
    return Integer.parseInt(String.valueOf(checkpoint.getFileName()).substring("step-".length()));
  }

  /** All checkpoints that are whole, the oldest first. */
  List<Saved> saved() {
    return checkpointFolders().stream()
        .filter(p -> damage(p).isEmpty())
        .map(RunFolder::read)
        .toList();
  }

  /** The newest one's path by its name, also while a run goes on. */
  Optional<Path> last() {
    return checkpointFolders().stream()
        .filter(p -> Files.isRegularFile(p.resolve(STATE)))
        .reduce((_, later) -> later);
  }

  Optional<Saved> newest() {
    return saved().stream().reduce((_, later) -> later);
  }

  /** The newest one's path, for people. */
  String lastName() {
    return last().map(Path::toString).orElse("none was written yet");
  }

  private static Saved read(Path path) {
    try (SafetensorsFile file = SafetensorsFile.open(path.resolve(STATE))) {
      Map<String, String> facts = file.metadata();
      String held = facts.getOrDefault("held", "");
      return new Saved(
          path,
          step(path),
          Long.parseLong(facts.getOrDefault("tokens", "0")),
          held.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(held)));
    }
  }

  /** Why a checkpoint cannot be gone on from. */
  private static Optional<UserError> damage(Path path) {
    try {
      read(path);
      return Optional.empty();
    } catch (UserError e) {
      return Optional.of(e);
    } catch (NumberFormatException e) {
      return Optional.of(
          new UserError(
              UserError.Kind.INPUT,
              Message.of("%s has no number of tokens.", "%s 没有词元数。", path.resolve(STATE)),
              Message.of("Begin again.", "请重新开始。"),
              e));
    }
  }

  /** Writes a checkpoint: the model as others load it, and all that going on needs. */
  Saved save(
      Student student, List<TensorFiles.Entry> state, int step, long tokens, OptionalDouble held) {
    Path target = checkpoints().resolve(String.format("step-%08d", step));
    Path partial = checkpoints().resolve("." + target.getFileName() + ".part");
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("step", Integer.toString(step));
    facts.put("tokens", Long.toString(tokens));
    held.ifPresent(h -> facts.put("held", Double.toString(h)));
    try {
      remove(partial);
      Files.createDirectories(partial);
      student.save(partial);
      TensorFiles.write(partial.resolve(STATE), facts, state);
      sync(partial);
      remove(target);
      Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
      sync(checkpoints());
    } catch (IOException e) {
      removeQuietly(partial);
      throw unwritable(target, e);
    } catch (UserError e) {
      removeQuietly(partial);
      throw keeping(e);
    }
    return new Saved(target, step, tokens, held);
  }

  /** Fills tensors from a checkpoint, bit for bit. */
  void fill(Saved saved, Map<String, Tensor> tensors) {
    Path path = saved.path().resolve(STATE);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      TensorFiles.fill(file, tensors)
          .ifPresent(
              name -> {
                throw new UserError(
                    UserError.Kind.INPUT,
                    Message.of(
                        "%s does not belong to this recipe: %s is missing or has another shape.",
                        "%s 与此配方不符:缺少 %s,或其形状不同。", path, name),
                    Message.of(
                        "Go on with the recipe the run began with, or name another output.",
                        "请用原来的配方继续,或换一个 output。"));
              });
    }
  }

  /** Keeps the newest checkpoints and those with the lowest held-out loss. */
  void prune(int last, int best) {
    List<Saved> all = saved();
    Set<Saved> kept = new HashSet<>(all.subList(Math.max(0, all.size() - last), all.size()));
    all.stream()
        .filter(s -> s.held().isPresent())
        .sorted(Comparator.comparingDouble(s -> s.held().getAsDouble()))
        .limit(best)
        .forEach(kept::add);
    all.stream().filter(s -> !kept.contains(s)).forEach(s -> removeQuietly(s.path()));
    checkpointFolders().stream() // half removed when a run was killed
        .filter(p -> !Files.exists(p.resolve(STATE)))
        .forEach(RunFolder::removeQuietly);
  }

  /** Writes the trained model; it replaces an older one when it is complete. */
  Path finish(Student student) {
    Path partial = folder.resolve(".model.part");
    try {
      remove(partial);
      Files.createDirectories(partial);
      student.save(partial);
      sync(partial);
      remove(model());
      Files.move(partial, model(), StandardCopyOption.ATOMIC_MOVE);
      sync(folder);
    } catch (IOException e) {
      removeQuietly(partial);
      throw unwritable(model(), e);
    } catch (UserError e) {
      removeQuietly(partial);
      throw keeping(e);
    }
    return model();
  }

  /** A failure to write, with what there is to go on from. */
  private UserError keeping(UserError e) {
    return new UserError(
        e.kind(),
        e.fact(),
        Message.of(
            "Make room or check the permissions, then --resume; last checkpoint: %s.",
            "请腾出空间或检查权限,再用 --resume 继续;最后一个检查点:%s。", lastName()),
        e);
  }

  /** The text of a file of the run. */
  String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw unwritable(folder.resolve(name), e);
    }
  }

  /** Makes a folder of the run, empty. */
  void clear(String name) {
    try {
      remove(folder.resolve(name));
      Files.createDirectories(folder.resolve(name));
    } catch (IOException e) {
      throw unwritable(folder.resolve(name), e);
    }
  }

  /**
   * Refuses to go on with a recipe that makes another run.
   *
   * @throws UserError naming the keys
   */
  void requireSame(Recipe recipe) {
    Path before = folder.resolve("recipe.yaml");
    if (!Files.exists(before)) {
      return;
    }
    List<String> changed = recipe.differences(before);
    if (!changed.isEmpty()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "The run in %s began with another %s.",
              "%s 中的训练开始时所用的 %s 不同。", folder, String.join(", ", changed)),
          Message.of(
              "Go on with its recipe.yaml, or begin another run: model: %s, another output.",
              "请用其中的 recipe.yaml 继续,或另开一次训练:model: %s,换一个 output。",
              newest().map(s -> s.path().toString()).orElse("...")));
    }
  }

  /** A file of the run that could not be written or read. */
  static UserError unwritable(Path file, IOException cause) {
    String said = String.valueOf(cause.getMessage());
    boolean full = said.contains("No space left") || said.contains("quota exceeded");
    return new UserError(
        full ? UserError.Kind.CAPACITY : UserError.Kind.IO,
        full
            ? Message.of("The disk is full: %s could not be written.", "磁盘已满:无法写入 %s。", file)
            : Message.of("%s cannot be written or read (%s).", "无法读写 %s(%s)。", file, said),
        Message.of(
            "Make room or check the permissions, then --resume: checkpoints are whole.",
            "请腾出空间或检查权限,再用 --resume 继续;已有的检查点是完整的。"),
        cause);
  }

  void write(String name, String text) {
    if (!writes) {
      return;
    }
    NewFile.write(folder.resolve(name), text);
  }

  private Path checkpoints() {
    return folder.resolve("checkpoints");
  }

  private static List<Path> list(Path place) {
    if (!Files.isDirectory(place)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(place)) {
      return entries.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void removeQuietly(Path path) {
    try {
      remove(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void remove(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  /** Brings a folder's entries to the disk; Windows has no such thing. */
  private static void sync(Path folder) throws IOException {
    if (!System.getProperty("os.name", "").startsWith("Windows")) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
