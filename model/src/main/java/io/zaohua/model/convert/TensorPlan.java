package io.zaohua.model.convert;

import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorSource;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.quant.Dequantizer;
import io.zaohua.model.quant.Quantizer;
import io.zaohua.model.weights.RowMap;
import io.zaohua.model.weights.Transposition;
import io.zaohua.model.weights.View;
import io.zaohua.model.weights.Weights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * A tensor to be written, and the parts it is made of.
 *
 * @param info name, type and shape in the new file
 * @param pieces its parts, each with the view that finds it in the tensor
 */
record TensorPlan(TensorInfo info, List<Piece> pieces) {
  private static final int CHUNK_BYTES = 4 << 20;

  /** A part and where it goes. */
  record Piece(String part, View view) {}

  TensorPlan {
    pieces = List.copyOf(pieces);
  }

  /** Where the rows of the tensor come from: piece and row of its part, by row. */
  private static final class Origin {
    private final int[] piece;
    private final long[] row;

    private Origin(int rows) {
      piece = new int[rows];
      row = new long[rows];
      Arrays.fill(piece, -1);
    }
  }

  /** Writes the tensor's bytes, a few MB at a time (a transposed one at once). */
  void write(Weights weights, Consumer<MemorySegment> sink) {
    boolean vector = info.shape().size() == 1;
    boolean transposed = pieces.stream().anyMatch(p -> transposed(p.view()));
    long rows = transposed ? info.columns() : vector ? 1 : info.rows();
    long columns = transposed ? info.rows() : info.columns();
    if (vector) {
      sink.accept(vector(weights));
      return;
    }
    var origin = origin(weights, Math.toIntExact(rows));
    long rowBytes = info.type().bytes(columns);
    int step = transposed ? (int) rows : (int) Math.clamp(CHUNK_BYTES / rowBytes, 1, rows);
    try (var arena = Arena.ofConfined()) {
      var buffer = arena.allocate(step * rowBytes);
      for (int from = 0; from < rows; from += step) {
        int count = (int) Math.min(step, rows - from);
        rows(weights, origin, from, count, (int) columns, buffer);
        var chunk = buffer.asSlice(0, count * rowBytes);
        sink.accept(transposed ? turned(arena, chunk, rows, columns) : chunk);
      }
    }
  }

  /** Several vectors end to end, or in another order. */
  private MemorySegment vector(Weights weights) {
    float[] values = new float[Math.toIntExact(info.elements())];
    for (var piece : pieces) {
      float[] part = weights.floats(piece.part());
      stored(piece.view(), part);
      for (int r = 0; r < part.length; r++) {
        values[(int) source(piece.view(), r)] = part[r];
      }
    }
    return MemorySegment.ofArray(encoded(values));
  }

  private MemorySegment turned(Arena arena, MemorySegment rows, long count, long columns) {
    int size = info.type().blockBytes();
    var result = arena.allocate(rows.byteSize());
    Transposition.turn(rows, count, columns, size, result);
    return result;
  }

  private Origin origin(Weights weights, int rows) {
    var origin = new Origin(rows);
    for (int p = 0; p < pieces.size(); p++) {
      var piece = pieces.get(p);
      long count = weights.shape(piece.part()).rows();
      for (long r = 0; r < count; r++) {
        int at = Math.toIntExact(source(piece.view(), r));
        origin.piece[at] = p;
        origin.row[at] = r;
      }
    }
    for (int row : origin.piece) {
      if (row < 0) {
        throw new IllegalStateException("no part covers all rows of " + info.name());
      }
    }
    return origin;
  }

  /** Rows of the tensor, runs of neighbours read at once. */
  private void rows(
      Weights weights, Origin origin, int from, int count, int columns, MemorySegment target) {
    long rowBytes = info.type().bytes(columns);
    for (int i = 0; i < count; ) {
      int p = origin.piece[from + i];
      long first = origin.row[from + i];
      int run = 1;
      while (i + run < count
          && origin.piece[from + i + run] == p
          && origin.row[from + i + run] == first + run) {
        run++;
      }
      var slice = target.asSlice(i * rowBytes, run * rowBytes);
      var piece = pieces.get(p);
      var type = weights.shape(piece.part()).type();
      if (type == info.type() && !computes(piece.view())) {
        weights.readRows(piece.part(), first, run, slice);
      } else {
        float[] values = new float[Math.multiplyExact(run, columns)];
        try (var arena = Arena.ofConfined()) {
          var bytes = arena.allocate(type.bytes(values.length));
          weights.readRows(piece.part(), first, run, bytes);
          Dequantizer.of(type).decode(bytes, 0, values.length, values, 0);
        }
        stored(piece.view(), values);
        MemorySegment.copy(MemorySegment.ofArray(encoded(values)), 0, slice, 0, slice.byteSize());
      }
      i += run;
    }
  }

  private byte[] encoded(float[] values) {
    return Quantizer.encoded(info.type(), values, info.name());
  }

  /** Row of the tensor (before transposing) that is row {@code row} of the part. */
  private static long source(View view, long row) {
    return switch (view) {
      case View.Stored _ -> row;
      case View.Rows(var of, var map) -> source(of, map.source(row));
      case View.Transposed(var of) -> source(of, row);
      case View.Plus(var of, var _) -> source(of, row);
      case View.Scaled(var of, var _) -> source(of, row);
    };
  }

  static boolean transposed(View view) {
    return switch (view) {
      case View.Stored _ -> false;
      case View.Rows(var of, var _) -> transposed(of);
      case View.Transposed _ -> true;
      case View.Plus(var of, var _) -> transposed(of);
      case View.Scaled(var of, var _) -> transposed(of);
    };
  }

  static boolean computes(View view) {
    return switch (view) {
      case View.Stored _ -> false;
      case View.Rows(var of, var _) -> computes(of);
      case View.Transposed(var of) -> computes(of);
      case View.Plus _, View.Scaled _ -> true;
    };
  }

  /** From canonical to stored values, outermost view first. */
  private static void stored(View view, float[] values) {
    switch (view) {
      case View.Stored _ -> {}
      case View.Rows(var of, var _) -> stored(of, values);
      case View.Transposed(var of) -> stored(of, values);
      case View.Plus(var of, var amount) -> {
        for (int i = 0; i < values.length; i++) {
          values[i] -= amount;
        }
        stored(of, values);
      }
      case View.Scaled(var of, var factor) -> {
        for (int i = 0; i < values.length; i++) {
          values[i] /= factor;
        }
        stored(of, values);
      }
    }
  }

  /** A view that picks rows, if the tensor holds more than this part. */
  static boolean shared(View view) {
    return switch (view) {
      case View.Stored _ -> false;
      case View.Rows(var of, var map) -> !(map instanceof RowMap.Interleaved) || shared(of);
      case View.Transposed(var of) -> shared(of);
      case View.Plus(var of, var _) -> shared(of);
      case View.Scaled(var of, var _) -> shared(of);
    };
  }

  /** Bytes for a writer, each tensor planned by name. */
  static TensorSource source(List<TensorPlan> plans, Weights weights) {
    return (tensor, sink) -> {
      for (var plan : plans) {
        if (plan.info().name().equals(tensor.name())) {
          plan.write(weights, sink);
          return;
        }
      }
      throw new IllegalStateException("no plan for " + tensor.name());
    };
  }

  /** The type of a part, as stored; f32 where a view computes. */
  static TensorType typeOf(Weights weights, Piece piece) {
    return weights.shape(piece.part()).type();
  }
}
