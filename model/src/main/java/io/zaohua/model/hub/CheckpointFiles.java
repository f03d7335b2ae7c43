package io.zaohua.model.hub;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of a repository that make a checkpoint.
 *
 * @param main the GGUF file to open (the first of a split one); empty for a folder of safetensors
 * @param files all to fetch, small ones first so that complete weights mean a complete checkpoint
 */
record CheckpointFiles(Optional<String> main, List<String> files) {
  private static final Pattern PART = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
  private static final Pattern SHARD = Pattern.compile("model(-\\d{5}-of-\\d{5})?\\.safetensors");
  private static final Pattern COMPANION =
      Pattern.compile(
          "config\\.json|generation_config\\.json|tokenizer\\.json|tokenizer_config\\.json"
              + "|tokenizer\\.model|special_tokens_map\\.json|added_tokens\\.json|vocab\\.json"
              + "|vocab\\.txt|merges\\.txt|chat_template\\.(jinja|json)"
              + "|additional_chat_templates/[^/]+\\.jinja|(pre)?processor_config\\.json"
              + "|preprocessor_config\\.json|.*\\.safetensors\\.index\\.json");
  private static final Pattern PAPERS =
      Pattern.compile("(LICEN[CS]E|NOTICE|USE_POLICY)[^/]*|README\\.md");

  CheckpointFiles {
    files = List.copyOf(files);
  }

  /** What to fetch of {@code listed}: the wanted file, or else what fits best. */
  static CheckpointFiles choose(String repository, List<String> listed, Optional<String> wanted)
      throws SourceFailure {
    if (wanted.isPresent()) {
      String file = wanted.get();
      if (!listed.contains(file)) {
        throw missing(repository, file, listed);
      }
      return file.endsWith(".gguf")
          ? gguf(file, listed)
          : new CheckpointFiles(Optional.of(file), List.of(file));
    }
    List<String> weights = safetensors(listed);
    if (!weights.isEmpty()) {
      return folder(listed, weights);
    }
    List<String> candidates = listed.stream().filter(CheckpointFiles::opens).toList();
    if (candidates.size() == 1) {
      return gguf(candidates.getFirst(), listed);
    }
    Optional<String> usual =
        candidates.stream()
            .filter(file -> file.toUpperCase(Locale.ROOT).contains("Q4_K_M"))
            .findFirst();
    if (usual.isPresent()) {
      return gguf(usual.get(), listed);
    }
    throw candidates.isEmpty() ? noWeights(repository) : undecided(repository, candidates);
  }

  /** What a snapshot on disk holds, if its weights are complete. */
  static Optional<CheckpointFiles> complete(List<String> here, Optional<String> wanted) {
    try {
      CheckpointFiles chosen = choose("", here, wanted);
      boolean whole =
          chosen.main().isPresent()
              ? chosen.files().containsAll(parts(chosen.main().get()))
              : here.contains("config.json") && shardsComplete(chosen.files());
      return whole ? Optional.of(chosen) : Optional.empty();
    } catch (SourceFailure _) {
      return Optional.empty();
    }
  }

  /** Whether a GGUF file can be opened as a model: no later part, no projector, no matrix. */
  static boolean opens(String file) {
    String name = file.substring(file.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    Matcher part = PART.matcher(name);
    return name.endsWith(".gguf")
        && !name.contains("mmproj")
        && !name.contains("imatrix")
        && (!part.matches() || part.group(2).equals("00001"));
  }

  private static CheckpointFiles gguf(String file, List<String> listed) {
    var files = new ArrayList<>(listed.stream().filter(f -> PAPERS.matcher(f).matches()).toList());
    files.addAll(parts(file).stream().filter(listed::contains).toList());
    return new CheckpointFiles(Optional.of(file), files);
  }

  /** All parts of a split GGUF, or the file itself. */
  static List<String> parts(String file) {
    Matcher part = PART.matcher(file);
    if (!part.matches()) {
      return List.of(file);
    }
    var parts = new ArrayList<String>();
    for (int i = 1; i <= Math.min(Integer.parseInt(part.group(3)), 9999); i++) {
      parts.add(String.format(Locale.ROOT, "%s-%05d-of-%s.gguf", part.group(1), i, part.group(3)));
    }
    return parts;
  }

  private static CheckpointFiles folder(List<String> listed, List<String> weights) {
    var files = new ArrayList<String>();
    for (String file : listed) {
      if (COMPANION.matcher(file).matches() || PAPERS.matcher(file).matches()) {
        files.add(file);
      }
    }
    files.addAll(weights);
    return new CheckpointFiles(Optional.empty(), files);
  }

  private static List<String> safetensors(List<String> listed) {
    List<String> all =
        listed.stream().filter(f -> f.endsWith(".safetensors") && !f.contains("/")).toList();
    List<String> usual = all.stream().filter(f -> SHARD.matcher(f).matches()).toList();
    boolean sharded = usual.stream().anyMatch(f -> f.contains("-of-"));
    return usual.isEmpty()
        ? all
        : usual.stream().filter(f -> !sharded || f.contains("-of-")).toList();
  }

  private static boolean shardsComplete(List<String> files) {
    for (String file : files) {
      Matcher shard = SHARD.matcher(file);
      if (shard.matches() && shard.group(1) != null) {
        int count = Integer.parseInt(shard.group(1).substring(10));
        return files.stream().filter(f -> f.endsWith(".safetensors")).count() == count;
      }
    }
    return true;
  }

  private static SourceFailure missing(String repository, String file, List<String> listed) {
    List<String> models = listed.stream().filter(CheckpointFiles::opens).toList();
    return new SourceFailure(
        UserError.Kind.NOT_FOUND,
        Message.of("%s has no file %s.", "%s 中没有文件 %s。", repository, file),
        models.isEmpty()
            ? Message.of("Check the name.", "请检查名称。")
            : Message.of("It has: %s.", "其中有:%s。", String.join(", ", models)));
  }

  private static SourceFailure undecided(String repository, List<String> candidates) {
    return new SourceFailure(
        UserError.Kind.USAGE,
        Message.of(
            "%s holds %d GGUF files and none is Q4_K_M.",
            "%s 有 %d 个 GGUF 文件,且没有 Q4_K_M。", repository, candidates.size()),
        Message.of(
            "Add :FILE to the name, one of: %s.",
            "请在名称后加 :文件,可选:%s。", String.join(", ", candidates)));
  }

  private static SourceFailure noWeights(String repository) {
    return new SourceFailure(
        UserError.Kind.UNSUPPORTED,
        Message.of(
            "%s holds neither safetensors nor GGUF weights.",
            "%s 既没有 safetensors 也没有 GGUF 权重。", repository),
        Message.of("Choose a repository that does.", "请选择其他仓库。"));
  }
}
