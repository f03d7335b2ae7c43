package io.zaohua.model.quant;

import io.zaohua.model.file.TensorFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.Metadata;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A checkpoint that stands in no file: a Llama-shaped model with seeded random weights, made as
 * they are read. For benchmarks on sizes nobody wants to download; {@link Quantization} writes it
 * to GGUF. Matrices are F16, normal with deviation 0.02; norms are 1.
 */
public final class SyntheticLlama implements TensorFile {
  /**
   * Sizes of the model.
   *
   * @param width size of a hidden state
   * @param hidden inner size of the feed-forward
   */
  public record Shape(int layers, int width, int hidden, int heads, int kvHeads, int context) {
    /** About one billion weights with a vocabulary of 49,152: 16 layers of width 2,048. */
    public static final Shape ONE_BILLION = new Shape(16, 2048, 8192, 32, 8, 8192);

    int headSize() {
      return width / heads;
    }
  }

  private static final double DEVIATION = 0.02;

  /** Elements that share one seed, so that any run of bytes can be made by itself. */
  private static final int RUN = 4096;

  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final List<TensorInfo> tensors;
  private final Metadata metadata;
  private final long seed;

  /**
   * A model with the tokenizer of another.
   *
   * @param tokenizer metadata of a GGUF file; its {@code tokenizer.*} entries are taken
   */
  public SyntheticLlama(Shape shape, Metadata tokenizer, long seed) {
    int vocabulary = tokenizer.strings("tokenizer.ggml.tokens").size();
    this.tensors = tensors(shape, vocabulary);
    this.metadata = metadata(shape, tokenizer, vocabulary);
    this.seed = seed;
  }

  private static List<TensorInfo> tensors(Shape shape, long vocabulary) {
    long width = shape.width;
    long keys = (long) shape.kvHeads * shape.headSize();
    var all = new ArrayList<TensorInfo>();
    all.add(matrix("token_embd", vocabulary, width));
    all.add(norm("output_norm", width));
    for (int i = 0; i < shape.layers; i++) {
      String layer = "blk." + i + ".";
      all.add(norm(layer + "attn_norm", width));
      all.add(matrix(layer + "attn_q", width, width));
      all.add(matrix(layer + "attn_k", keys, width));
      all.add(matrix(layer + "attn_v", keys, width));
      all.add(matrix(layer + "attn_output", width, width));
      all.add(norm(layer + "ffn_norm", width));
      all.add(matrix(layer + "ffn_gate", shape.hidden, width));
      all.add(matrix(layer + "ffn_up", shape.hidden, width));
      all.add(matrix(layer + "ffn_down", width, shape.hidden));
    }
    return List.copyOf(all);
  }

  private static TensorInfo matrix(String name, long rows, long columns) {
    return new TensorInfo(name + ".weight", TensorType.F16, List.of(rows, columns));
  }

  private static TensorInfo norm(String name, long width) {
    return new TensorInfo(name + ".weight", TensorType.F32, List.of(width));
  }

  private static Metadata metadata(Shape shape, Metadata tokenizer, int vocabulary) {
    var made =
        Metadata.EMPTY
            .with("general.architecture", GgufValue.text("llama"))
            .with("general.name", GgufValue.text("Synthetic, random weights"))
            .with("llama.block_count", GgufValue.u32(shape.layers))
            .with("llama.context_length", GgufValue.u32(shape.context))
            .with("llama.embedding_length", GgufValue.u32(shape.width))
            .with("llama.feed_forward_length", GgufValue.u32(shape.hidden))
            .with("llama.attention.head_count", GgufValue.u32(shape.heads))
            .with("llama.attention.head_count_kv", GgufValue.u32(shape.kvHeads))
            .with("llama.attention.layer_norm_rms_epsilon", GgufValue.f32(1e-5f))
            .with("llama.rope.dimension_count", GgufValue.u32(shape.headSize()))
            .with("llama.rope.freq_base", GgufValue.f32(10000))
            .with("llama.vocab_size", GgufValue.u32(vocabulary));
    for (var entry : tokenizer.values().entrySet()) {
      if (entry.getKey().startsWith("tokenizer.")) {
        made = made.with(entry.getKey(), entry.getValue());
      }
    }
    return made;
  }

  /** What its GGUF file says about it. */
  public Metadata metadata() {
    return metadata;
  }

  @Override
  public List<TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public Optional<TensorInfo> find(String name) {
    return tensors.stream().filter(t -> t.name().equals(name)).findFirst();
  }

  @Override
  public void read(TensorInfo tensor, long offset, MemorySegment target) {
    if (tensor.type() == TensorType.F32) {
      for (long b = 0; b < target.byteSize(); b += 4) {
        target.set(FLOAT, b, 1);
      }
      return;
    }
    long first = offset / 2;
    long end = first + target.byteSize() / 2;
    for (long run = first / RUN; run * RUN < end; run++) {
      var random =
          new SplittableRandom(seed ^ tensor.name().hashCode() * 0x9e3779b97f4a7c15L + run);
      for (long e = run * RUN; e < Math.min(end, (run + 1) * RUN); e++) {
        double value = random.nextGaussian() * DEVIATION;
        if (e >= first) {
          target.set(HALF, 2 * (e - first), Float.floatToFloat16((float) value));
        }
      }
    }
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
