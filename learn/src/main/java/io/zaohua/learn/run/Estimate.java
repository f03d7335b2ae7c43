package io.zaohua.learn.run;

import com.sun.management.OperatingSystemMXBean;
import io.zaohua.learn.data.Batch;
import io.zaohua.learn.objective.Chunks;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Part;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.tensor.Autocast;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a run will need, counted before its first step, in bytes and floating-point operations.
 *
 * @param held what the process occupies by then: program, weights, the optimizer's memory
 * @param gradients one number for each weight that is trained
 * @param activations what the layers keep for the backward pass, and its own tensors
 * @param logits the chunk of logits with its gradients
 * @param scratch tensors of a moment, as large as the largest matrix
 * @param operations of one step
 * @param halved whether products are in BF16
 */
record Estimate(
    long held,
    long gradients,
    long activations,
    long logits,
    long scratch,
    double operations,
    boolean halved) {
  private static final long NUMBER = Float.BYTES;
  static final double GIB = 1L << 30;

  /** What the allocator keeps beside, as a share of what comes and goes; measured, docs/log.md. */
  private static final double SPARE = 0.4;

  /** Share of a large product's speed that a whole step reaches. */
  private static final double EFFICIENCY = 0.6;

  /** Forward, and backward to inputs and to weights; backward to frozen weights is spared. */
  private static final int PASSES = 3;

  /**
   * @param trained the weights that are trained, by name
   * @param batch the first one; all are taken to be as large
   * @param accumulation batches of one step
   * @param held bytes that the process occupies now, weights and optimizer in it
   */
  static Estimate of(
      TransformerSpec spec, Map<String, Tensor> trained, Batch batch, int accumulation, long held) {
    return of(spec, trained, batch, accumulation, held, false, false);
  }

  /**
   * The same where blocks may be computed again, so that one block's activations are there at once,
   * and products may be in BF16: each matrix then has a copy half as large until its way back, and
   * activations are counted as if they were F32, so that it is an upper bound.
   */
  static Estimate of(
      TransformerSpec spec,
      Map<String, Tensor> trained,
      Batch batch,
      int accumulation,
      long held,
      boolean again,
      boolean halved) {
    long tokens = (long) batch.rows() * batch.length();
    Map<String, Parts.Size> parts = Parts.of(spec);
    boolean whole = trained.keySet().stream().anyMatch(parts::containsKey);
    long numbers = trained.values().stream().mapToLong(Tensor::count).sum();
    long kept = 0;
    long widest = 0;
    for (int i = 0; i < spec.layers().size(); i++) {
      TransformerSpec.Layer layer = spec.layers().get(i);
      long inside =
          kept(layer, spec.width(), batch.length(), whole)
              + (whole ? 0 : adapted(layer, spec.width(), Part.layer(i, ""), trained.keySet()));
      kept = again ? Math.max(kept, inside) : kept + inside;
      widest = Math.max(widest, inner(layer.feedForward()));
    }
    kept += again ? (long) spec.layers().size() * spec.width() : 0;
    long masks = batch.segments().isPresent() ? (long) batch.length() * tokens * 2 : 0;
    long passing = tokens * (4L * spec.width() + 3 * widest);
    long chunk = Math.max(Chunks.CHUNK, 64L * spec.vocabulary());
    long rows = Math.min(tokens, chunk / spec.vocabulary());
    long largest = 0;
    long matrices = 0; // numbers that a token is multiplied with
    long multiplied = 0; // numbers of matrices that are used
    for (var part : parts.entrySet()) {
      long size = part.getValue().rows() * part.getValue().columns();
      largest = Math.max(largest, size);
      long used = part.getValue().rows() == 1 ? 0 : used(spec, part.getKey(), size);
      matrices += used;
      multiplied += used == 0 ? 0 : size;
    }
    long copies = halved ? multiplied / (again ? spec.layers().size() : 1) / 2 : 0;
    double products = 2.0 * matrices + attention(spec, batch.length());
    return new Estimate(
        held,
        numbers * NUMBER,
        (tokens * kept + copies + masks + passing) * NUMBER,
        4 * rows * spec.vocabulary() * NUMBER,
        (whole ? 2 : 1) * largest * NUMBER,
        products * ((whole ? PASSES : PASSES - 1) + (again ? 1 : 0)) * tokens * accumulation,
        halved);
  }

  /** Numbers a layer keeps of each position for the backward pass. */
  private static long kept(TransformerSpec.Layer layer, long width, long length, boolean whole) {
    long attention =
        switch (layer.mixer()) {
          case Mixer.Attention a -> {
            long queries = (long) a.heads() * a.headSize();
            long keys = (long) a.kvHeads() * a.headSize();
            long scores = a.softCap() == 0 ? 0 : 4L * a.heads() * length;
            yield (whole ? 3 : 2) * queries + 2 * keys + scores;
          }
        };
    long norms = (whole ? 6 : 3) * width;
    int copies =
        switch (layer.feedForward()) {
          case FeedForward.Dense d -> (d.gated() ? 4 : 2) - (whole ? 0 : 1);
          case FeedForward.Experts _ -> whole ? 4 : 3;
        };
    return attention + norms + copies * inner(layer.feedForward());
  }

  /** Inputs that a layer keeps of each position because a matrix that reads them is adapted. */
  private static long adapted(
      TransformerSpec.Layer layer, long width, String prefix, Set<String> trained) {
    long normed = reads(trained, prefix, "q", "k", "v") ? width : 0;
    long wide = reads(trained, prefix, "gate", "up") ? width : 0;
    return normed + wide + (reads(trained, prefix, "down") ? inner(layer.feedForward()) : 0);
  }

  private static boolean reads(Set<String> trained, String prefix, String... matrices) {
    return Arrays.stream(matrices)
        .anyMatch(m -> trained.stream().anyMatch(t -> t.startsWith(prefix + m + ".")));
  }

  private static long inner(FeedForward feedForward) {
    return switch (feedForward) {
      case FeedForward.Dense d -> d.hidden();
      case FeedForward.Experts e -> (long) e.used() * e.hidden();
    };
  }

  /** Of a matrix's elements, those that a token is multiplied with. */
  private static long used(TransformerSpec spec, String part, long size) {
    Parts.Place place = Parts.place(part);
    if (place.layer() < 0) {
      boolean head =
          part.startsWith("head") || (spec.head().tied() && part.startsWith("embedding"));
      return head ? size : 0;
    }
    return place.expert() >= 0
            && spec.layers().get(place.layer()).feedForward() instanceof FeedForward.Experts e
        ? size * e.used() / e.count()
        : size;
  }

  /** Operations of the scores and their sums for one token, half of them being masked. */
  private static double attention(TransformerSpec spec, long length) {
    double sum = 0;
    for (TransformerSpec.Layer layer : spec.layers()) {
      sum +=
          switch (layer.mixer()) {
            case Mixer.Attention a -> 2.0 * length * a.heads() * a.headSize();
          };
    }
    return sum;
  }

  long total() {
    return held + passing() + spare();
  }

  /** What comes and goes in a step. */
  private long passing() {
    return gradients + activations + logits + scratch;
  }

  private long spare() {
    return Math.round(SPARE * passing());
  }

  /**
   * Refuses what cannot fit.
   *
   * @param machine bytes that this machine, or this container, has
   * @throws UserError naming what to lower
   */
  void requireRoom(long machine, int rows) {
    if (total() <= machine) {
      return;
    }
    long rest = Math.round((machine - held) / (1 + SPARE)) - passing() + activations;
    long fitting = rest <= 0 ? 0 : rest * rows / Math.max(1, activations);
    throw new UserError(
        UserError.Kind.CAPACITY,
        Message.of(
            "The run needs about %.1f GiB of memory (%s), and there are %.1f.",
            "这次训练约需 %.1f GiB 内存(%s),而只有 %.1f。", total() / GIB, parts(), machine / GIB),
        fitting >= 1
            ? Message.of(
                "Lower batch to %d, with accumulation raised instead, or data.length.",
                "请把 batch 降到 %d 并相应提高 accumulation,或减小 data.length。", fitting)
            : Message.of(
                "Use method: lora, an optimizer that remembers less, or a smaller model.",
                "请用 method: lora、记忆更少的 optimizer,或更小的模型。"));
  }

  /** Refuses a model whose weights alone cannot fit, before they are read. */
  static void requireRoomForWeights(TransformerSpec spec, boolean trained, long machine) {
    long numbers = Parts.of(spec).values().stream().mapToLong(s -> s.rows() * s.columns()).sum();
    long bytes = numbers * NUMBER * (trained ? 2 : 1);
    if (bytes > machine) {
      throw new UserError(
          UserError.Kind.CAPACITY,
          trained
              ? Message.of(
                  "%,d weights and as many gradients need %.1f GiB of memory, and there are %.1f.",
                  "%,d 个权重及同样多的梯度需要 %.1f GiB 内存,而只有 %.1f。", numbers, bytes / GIB, machine / GIB)
              : Message.of(
                  "%,d weights need %.1f GiB of memory, and there are %.1f.",
                  "%,d 个权重需要 %.1f GiB 内存,而只有 %.1f。", numbers, bytes / GIB, machine / GIB),
          trained
              ? Message.of("Use method: lora or a smaller model.", "请用 method: lora 或更小的模型。")
              : Message.of("Use a smaller model.", "请用更小的模型。"));
    }
  }

  /** Bytes that this machine, or this container, has. */
  static long machine() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  private String parts() {
    var parts = new TreeMap<Long, Message>(Comparator.reverseOrder());
    parts.put(held, new Message("weights and optimizer", "权重与优化器"));
    parts.put(gradients, new Message("gradients", "梯度"));
    parts.put(activations, new Message("activations", "激活值"));
    parts.put(logits + scratch, new Message("logits and passing tensors", "logits 与临时张量"));
    parts.put(spare(), new Message("kept by the allocator", "分配器保留"));
    StringBuilder text = new StringBuilder();
    parts.forEach(
        (bytes, name) ->
            text.append(text.isEmpty() ? "" : ", ")
                .append(name.text())
                .append(String.format(Locale.ROOT, " %.2f", bytes / GIB)));
    return text.toString();
  }

  /** What is said before the first step. */
  Message message(long machine, int steps) {
    double speed = speed(halved);
    double minutes = operations * steps / (speed * EFFICIENCY) / 60;
    return Message.of(
        "About %.2f GiB of memory (%s) of %.1f; about %s at %.0f billion operations a second.",
        "约需 %.2f GiB 内存(%s),共 %.1f;约 %s,每秒 %.0f 十亿次运算。",
        total() / GIB,
        parts(),
        machine / GIB,
        time(minutes),
        speed / 1e9);
  }

  private static String time(double minutes) {
    return minutes < 1
        ? String.format(Locale.ROOT, "%.0f s", Math.max(1, minutes * 60))
        : minutes < 120
            ? String.format(Locale.ROOT, "%.0f min", minutes)
            : String.format(Locale.ROOT, "%.1f h", minutes / 60);
  }

  /** Says so where a stack whose products are in BF16 would be faster without. */
  static Optional<Message> slowHalves(Transformer model) {
    return model.halved() ? slowHalves(speed(false), speed(true)) : Optional.empty();
  }

  /** The same of two speeds, in operations a second. */
  static Optional<Message> slowHalves(double whole, double halved) {
    return halved >= whole
        ? Optional.empty()
        : Optional.of(
            Message.of(
                "This processor multiplies %.1f times slower in bf16 than in f32: precision: bf16"
                    + " saves no time here.",
                "本机处理器的 bf16 乘法比 f32 慢 %.1f 倍:precision: bf16 在此不省时间。", whole / halved));
  }

  /** Operations a second of a large product, the best of a few. */
  private static double speed(boolean halved) {
    int size = 384;
    try (Scope _ = Scope.open("speed of this machine");
        Autograd _ = Autograd.off();
        Autocast _ = halved ? Autocast.on() : Autocast.off()) {
      Tensor a = Tensors.ones(DType.F32, size, size);
      double best = 1;
      for (int i = 0; i < 6; i++) {
        long start = System.nanoTime();
        a.matmul(a).close();
        double seconds = Math.max(1, System.nanoTime() - start) / 1e9;
        best = Math.max(best, 2.0 * size * size * size / seconds);
      }
      return best;
    }
  }
}
