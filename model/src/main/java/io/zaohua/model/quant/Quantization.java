package io.zaohua.model.quant;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.NewFile;
import io.zaohua.model.file.TensorFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.gguf.GgufFile;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.GgufWriter;
import io.zaohua.model.gguf.Metadata;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Writes a GGUF file again in fewer bits, as llama-quantize does: same types, same order of
 * tensors, same bytes. Memory stays constant; tensors are read and written run by run.
 *
 * @param type what the file is to become
 * @param allowRequantize whether weights that are quantised already may be quantised again; their
 *     errors add up
 * @param threads how many threads work
 */
public record Quantization(FileType type, boolean allowRequantize, int threads) {
  /** Version of the block formats, {@code GGML_QNT_VERSION} in ggml.h. */
  private static final int FORMATS = 2;

  private static final String[] SPLIT = {"split.no", "split.count", "split.tensors.count"};

  /**
   * A tensor whose turn it is.
   *
   * @param number from 1 to {@code count}
   * @param done bytes of source tensors read so far, of {@code total}
   */
  public record Progress(Mixture.Choice choice, int number, int count, long done, long total) {}

  /**
   * What came of it.
   *
   * @param before bytes of the tensors that were read
   * @param after bytes of those that were written
   * @param requantized tensors that were quantised already
   */
  public record Result(long before, long after, int requantized) {}

  /**
   * Quantises one GGUF model, single or split, into one file.
   *
   * @throws UserError if a tensor cannot be read or written, or would be quantised twice
   */
  public Result run(Path source, Path target, Consumer<Progress> progress) {
    try (var file = GgufFile.open(source)) {
      NewFile.refuseSource(target, file.paths());
      return run(file, file.metadata(), target, progress);
    }
  }

  /** The same for tensors from anywhere, named as in GGUF. */
  public Result run(
      TensorFile source, Metadata metadata, Path target, Consumer<Progress> progress) {
    var choices = mixture(metadata).choose(source.tensors());
    int twice = checkRequantizing(choices);
    var written =
        choices.stream()
            .map(c -> new TensorInfo(c.tensor().name(), c.type(), c.tensor().shape()))
            .toList();
    var header =
        metadata
            .without(SPLIT)
            .without("general.quantization_version", "general.file_type")
            .with("general.quantization_version", GgufValue.u32(FORMATS))
            .with("general.file_type", GgufValue.u32(type.number()));
    long total = choices.stream().mapToLong(c -> c.tensor().bytes()).sum();
    var writer = GgufWriter.of(header, written);
    var read = new AtomicLong();
    var turns = choices.listIterator();
    try (var rewriter = new Rewriter(threads, Rewriter.RUN)) {
      writer.write(
          target,
          (tensor, sink) -> {
            int number = turns.nextIndex() + 1;
            var choice = turns.next();
            progress.accept(new Progress(choice, number, choices.size(), read.get(), total));
            rewriter.rewrite(source, choice.tensor(), choice.type(), sink);
            read.addAndGet(choice.tensor().bytes());
          });
    }
    return new Result(total, written.stream().mapToLong(TensorInfo::bytes).sum(), twice);
  }

  private Mixture mixture(Metadata metadata) {
    String architecture = metadata.string("general.architecture").orElse("");
    long heads = first(metadata, architecture + ".attention.head_count");
    long kvHeads = first(metadata, architecture + ".attention.head_count_kv");
    return new Mixture(
        type,
        architecture,
        (int) first(metadata, architecture + ".block_count"),
        (int) first(metadata, architecture + ".expert_count"),
        kvHeads != 0 && heads != kvHeads);
  }

  /** A number, the first of an array where layers differ, 0 where there is none. */
  private static long first(Metadata metadata, String key) {
    return switch (metadata.find(key).orElse(GgufValue.u32(0))) {
      case GgufValue.Scalar number -> number.integer();
      case GgufValue.Numbers numbers -> numbers.size() == 0 ? 0 : numbers.integer(0);
      default -> 0;
    };
  }

  private int checkRequantizing(List<Mixture.Choice> choices) {
    var twice = choices.stream().filter(c -> !c.kept() && c.tensor().type().quantized()).toList();
    if (!twice.isEmpty() && !allowRequantize) {
      var tensor = twice.getFirst().tensor();
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "Tensor %s is quantised already, to %s; quantising it again loses quality.",
              "张量 %s 已量化为 %s;再次量化会损失质量。", tensor.name(), tensor.type().name()),
          Message.of(
              "Start from an F32, F16 or BF16 file, or allow it with --allow-requantize.",
              "请从 F32、F16 或 BF16 文件开始,或用 --allow-requantize 允许再次量化。"));
    }
    return twice.size();
  }
}
