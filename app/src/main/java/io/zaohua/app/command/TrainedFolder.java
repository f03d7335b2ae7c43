package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.adapter.PeftConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a run left: a whole model, or an adapter and where its base is.
 *
 * @param path the folder with the weights
 * @param base empty for a whole model
 */
record TrainedFolder(Path path, Optional<Path> base) {

  /**
   * Finds it.
   *
   * @param given a run's folder, its {@code model}, one of its checkpoints, or any model
   * @param otherBase in place of the base that the adapter names
   */
  static TrainedFolder of(Console console, String given, Optional<String> otherBase) {
    Path path = Path.of(given);
    if (!Files.isDirectory(path)) {
      return new TrainedFolder(ModelOption.resolve(console, given), Optional.empty());
    }
    Path found = hasModel(path) ? path : path.resolve("model");
    if (!hasModel(found)) {
      if (Files.isDirectory(path.resolve("checkpoints"))) {
        throw unfinished(path);
      }
      return new TrainedFolder(path, Optional.empty());
    }
    if (!Files.exists(PeftConfig.in(found))) {
      return new TrainedFolder(found, Optional.empty());
    }
    String base =
        otherBase.orElseGet(
            () -> PeftConfig.read(found).json().path("base_model_name_or_path").asText(""));
    return new TrainedFolder(found, Optional.of(base(console, found, base)));
  }

  /** A path, a name of ours, or a hub's name as PEFT writes it. */
  private static Path base(Console console, Path adapter, String name) {
    if (name.isEmpty()) {
      throw noBase(adapter, "none", "未给出");
    }
    if (Files.exists(Path.of(name))) {
      return Path.of(name);
    }
    if (Path.of(name).isAbsolute()) {
      throw noBase(adapter, name, name);
    }
    return ModelOption.resolve(console, name.matches("[\\w.-]+/[\\w.-]+") ? "hf:" + name : name);
  }

  private static boolean hasModel(Path folder) {
    return Files.exists(PeftConfig.in(folder)) || Files.exists(folder.resolve("config.json"));
  }

  private static UserError noBase(Path adapter, String english, String chinese) {
    return new UserError(
        UserError.Kind.NOT_FOUND,
        new Message(
            "The base of adapter %s is not here: %s.".formatted(adapter, english),
            "找不到适配器 %s 的基础模型:%s。".formatted(adapter, chinese)),
        Message.of("Name it with --base.", "请用 --base 指定。"));
  }

  private static UserError unfinished(Path run) {
    Optional<String> newest;
    try (Stream<Path> all = Files.list(run.resolve("checkpoints"))) {
      newest = all.filter(TrainedFolder::hasModel).max(Path::compareTo).map(Path::toString);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new UserError(
        UserError.Kind.NOT_FOUND,
        Message.of(
            "The run in %s has not ended: it has no model yet.", "%s 中的训练尚未结束,还没有 model。", run),
        newest
            .map(checkpoint -> Message.of("Name a checkpoint: %s.", "请指定一个检查点:%s。", checkpoint))
            .orElseGet(() -> Message.of("Begin it again.", "请重新开始训练。")));
  }
}
