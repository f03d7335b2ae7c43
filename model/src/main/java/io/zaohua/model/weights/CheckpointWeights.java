package io.zaohua.model.weights;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.quant.Dequantizer;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/**
 * Weights read from a checkpoint's file through a family's table. Rows keep their stored type,
 * except where a view does arithmetic: those parts are f32.
 */
public final class CheckpointWeights implements Weights {
  /** Scattered rows closer than this factor are read in one go. */
  private static final int DENSE_SPAN = 4;

  private static final ValueLayout.OfFloat LITTLE_FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);

  private final TensorFile file;
  private final String source;
  private final WeightTable table;
  private volatile Optional<Turned> turned = Optional.empty();

  /** The last tensor that was transposed; its parts are read one after another. */
  private record Turned(String tensor, MemorySegment bytes) {}

  /**
   * A view resolved against the file.
   *
   * @param rows rows of the part
   * @param rowOf the row (after transposing) that is row r of the part
   * @param vector whether the tensor has one dimension; its elements count as rows then
   */
  private record Reading(
      TensorInfo tensor,
      boolean vector,
      boolean transposed,
      long rows,
      LongUnaryOperator rowOf,
      boolean identity,
      float factor,
      float plus) {
    boolean computes() {
      return factor != 1 || plus != 0;
    }

    long columns() {
      return vector ? 1 : transposed ? tensor.rows() : tensor.columns();
    }

    long rowBytes() {
      return tensor.type().bytes(columns());
    }
  }

  /**
   * @param source the file's name, for messages
   */
  public CheckpointWeights(TensorFile file, String source, WeightTable table) {
    this.file = file;
    this.source = source;
    this.table = table;
  }

  @Override
  public boolean has(String part) {
    return table.find(part).flatMap(v -> file.find(v.tensor())).isPresent();
  }

  @Override
  public Shape shape(String part) {
    var r = reading(part);
    var type = r.computes() ? TensorType.F32 : r.tensor().type();
    return r.vector() ? new Shape(type, 1, r.rows()) : new Shape(type, r.rows(), r.columns());
  }

  @Override
  public void readRows(String part, long from, int count, MemorySegment target) {
    var r = reading(part);
    // A vector part is one row of elements.
    long first = r.vector() ? 0 : from;
    int rows = r.vector() ? Math.toIntExact(r.rows()) : count;
    if (r.computes()) {
      float[] values = floats(r, first, rows);
      MemorySegment.copy(values, 0, target, LITTLE_FLOAT, 0, values.length);
    } else {
      gather(r, first, rows, target);
    }
  }

  @Override
  public float[] floats(String part) {
    var r = reading(part);
    return floats(r, 0, Math.toIntExact(r.rows()));
  }

  private static int elements(TensorInfo tensor, long rows, long columns) {
    long n = Math.multiplyExact(rows, columns);
    if (n > Integer.MAX_VALUE - 16) {
      throw new UserError(
          UserError.Kind.CAPACITY,
          Message.of(
              "The tensor %s has %d elements, more than one Java array holds.",
              "张量 %s 有 %d 个元素,超出一个 Java 数组的容量。", tensor.name(), n),
          Message.of("Read it by rows.", "请按行读取。"));
    }
    return (int) n;
  }

  private float[] floats(Reading r, long from, int count) {
    int n = elements(r.tensor(), count, r.columns());
    float[] values = new float[n];
    try (var arena = Arena.ofConfined()) {
      var bytes = arena.allocate(Math.max(1, r.tensor().type().bytes(n)));
      gather(r, from, count, bytes);
      Dequantizer.of(r.tensor().type()).decode(bytes, 0, n, values, 0);
    }
    if (r.computes()) {
      for (int i = 0; i < n; i++) {
        values[i] = values[i] * r.factor() + r.plus();
      }
    }
    return values;
  }

  /** Rows in their stored type, in the part's order. */
  private void gather(Reading r, long from, int count, MemorySegment target) {
    if (count == 0) {
      return;
    }
    long bytes = r.rowBytes();
    if (r.identity() && !r.transposed()) {
      file.read(r.tensor(), from * bytes, target.asSlice(0, count * bytes));
      return;
    }
    long low = Long.MAX_VALUE;
    long high = Long.MIN_VALUE;
    for (int i = 0; i < count; i++) {
      long row = r.rowOf().applyAsLong(from + i);
      low = Math.min(low, row);
      high = Math.max(high, row);
    }
    if (r.transposed()) {
      copy(r, from, count, turn(r.tensor()), 0, target);
    } else if (high - low < (long) count * DENSE_SPAN) {
      try (var arena = Arena.ofConfined()) {
        var span = arena.allocate((high - low + 1) * bytes);
        file.read(r.tensor(), low * bytes, span);
        copy(r, from, count, span, low, target);
      }
    } else {
      for (int i = 0; i < count; i++) {
        long row = r.rowOf().applyAsLong(from + i);
        file.read(r.tensor(), row * bytes, target.asSlice(i * bytes, bytes));
      }
    }
  }

  private static void copy(
      Reading r, long from, int count, MemorySegment rows, long first, MemorySegment target) {
    long bytes = r.rowBytes();
    for (int i = 0; i < count; i++) {
      long row = r.rowOf().applyAsLong(from + i) - first;
      MemorySegment.copy(rows, row * bytes, target, i * bytes, bytes);
    }
  }

  /** The whole tensor [in, out] as [out, in]. */
  private MemorySegment turn(TensorInfo tensor) {
    var known = turned;
    if (known.isPresent() && known.get().tensor().equals(tensor.name())) {
      return known.get().bytes();
    }
    int size = tensor.type().blockBytes();
    long rows = tensor.rows();
    long columns = tensor.columns();
    var result = Arena.ofAuto().allocate(Math.max(1, tensor.bytes()));
    try (var arena = Arena.ofConfined()) {
      var stored = arena.allocate(Math.max(1, tensor.bytes()));
      file.read(tensor, 0, stored.asSlice(0, tensor.bytes()));
      Transposition.turn(stored, rows, columns, size, result);
    }
    turned = Optional.of(new Turned(tensor.name(), result));
    return result;
  }

  private Reading reading(String part) {
    return reading(table.find(part).orElseThrow(() -> missing(part)), part);
  }

  private Reading reading(View view, String part) {
    return switch (view) {
      case View.Stored(var name) -> {
        var tensor = file.find(name).orElseThrow(() -> missing(name));
        boolean vector = tensor.shape().size() <= 1;
        long rows = vector ? tensor.columns() : tensor.rows();
        yield new Reading(tensor, vector, false, rows, r -> r, true, 1, 0);
      }
      case View.Transposed(var of) -> {
        var r = reading(of, part);
        if (r.vector()) {
          yield r;
        }
        if (r.tensor().type().quantized() || !r.identity()) {
          throw new UserError(
              UserError.Kind.UNSUPPORTED,
              Message.of(
                  "The tensor %s is stored transposed in the block type %s, a plain type was"
                      + " expected.",
                  "张量 %s 以块类型 %s 转置存储,应为普通类型。", r.tensor().name(), r.tensor().type()),
              Message.of("Use an unquantised checkpoint.", "请使用未量化的模型。"));
        }
        yield new Reading(
            r.tensor(), false, true, r.tensor().columns(), r.rowOf(), true, r.factor(), r.plus());
      }
      case View.Rows(var of, var map) -> {
        var r = reading(of, part);
        long last = map.count() == 0 ? -1 : highest(map);
        if (last >= r.rows()) {
          throw new UserError(
              UserError.Kind.INPUT,
              Message.of(
                  "The tensor %s in %s has %d rows, at least %d were expected.",
                  "%2$s 中的张量 %1$s 有 %3$d 行,至少应为 %4$d 行。",
                  r.tensor().name(),
                  source,
                  r.rows(),
                  last + 1),
              Message.of("Download the model again.", "请重新下载模型。"));
        }
        var before = r.rowOf();
        yield new Reading(
            r.tensor(),
            r.vector(),
            r.transposed(),
            map.count(),
            row -> before.applyAsLong(map.source(row)),
            false,
            r.factor(),
            r.plus());
      }
      case View.Plus(var of, var amount) -> {
        var r = reading(of, part);
        yield new Reading(
            r.tensor(),
            r.vector(),
            r.transposed(),
            r.rows(),
            r.rowOf(),
            r.identity(),
            r.factor(),
            r.plus() + amount);
      }
      case View.Scaled(var of, var factor) -> {
        var r = reading(of, part);
        yield new Reading(
            r.tensor(),
            r.vector(),
            r.transposed(),
            r.rows(),
            r.rowOf(),
            r.identity(),
            r.factor() * factor,
            r.plus() * factor);
      }
    };
  }

  private static long highest(RowMap map) {
    return switch (map) {
      case RowMap.Range(var from, var count) -> from + count - 1;
      case RowMap.HeadSlice h -> h.source(h.count() - 1);
      case RowMap.Interleaved i -> i.count() - 1;
    };
  }

  private UserError missing(String tensor) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of("The tensor %s is missing in %s.", "%2$s 中缺少张量 %1$s。", tensor, source),
        Message.of("Download the model again.", "请重新下载模型。"));
  }

  /**
   * Compares every part with what the stack needs, before anything runs.
   *
   * @throws UserError naming the first tensor that is missing or of another shape
   */
  public void check(TransformerSpec spec) {
    for (var entry : Parts.of(spec).entrySet()) {
      var found = shape(entry.getKey());
      var expected = entry.getValue();
      if (found.rows() != expected.rows() || found.columns() != expected.columns()) {
        String tensor = reading(entry.getKey()).tensor().name();
        throw new UserError(
            UserError.Kind.INPUT,
            Message.of(
                "The tensor %s in %s gives %s the shape %s, %s was expected.",
                "%2$s 中的张量 %1$s 使 %3$s 的形状为 %4$s,应为 %5$s。",
                tensor,
                source,
                entry.getKey(),
                new Parts.Size(found.rows(), found.columns()),
                expected),
            Message.of(
                "The configuration and the weights do not belong together; download the model"
                    + " again.",
                "配置与权重不匹配,请重新下载模型。"));
      }
    }
  }
}
