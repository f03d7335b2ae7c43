package io.zaohua.engine;

import io.zaohua.engine.sample.Logits;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * How far a model's next-token distributions are from recorded ones, those that {@code
 * llama-perplexity --kl-divergence-base} writes.
 *
 * @param mean mean Kullback-Leibler divergence KL(recorded || model), in nats
 * @param maximum largest one
 * @param sameTop share of positions where both find the same token most likely
 * @param perplexity the model's
 * @param basePerplexity the recorded model's
 * @param positions positions compared
 */
public record Divergence(
    double mean,
    double maximum,
    double sameTop,
    Perplexity perplexity,
    double basePerplexity,
    long positions) {

  /** Compares over the tokens that the file records. */
  public static Divergence of(LanguageModel model, Path file) {
    try (Recording recording = Recording.open(file)) {
      if (recording.vocabulary != model.spec().vocabulary()) {
        throw bad(file, "it is of a model with another vocabulary", "它属于词表不同的模型");
      }
      return compare(model, recording);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Tokens of a window in the file: the context that a model needs to be compared. */
  public static int context(Path file) {
    try (Recording recording = Recording.open(file)) {
      return recording.context;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static Divergence compare(LanguageModel model, Recording recording) throws IOException {
    int vocabulary = recording.vocabulary;
    int context = recording.context;
    int[] ids = recording.ids();
    OptionalInt begin = Perplexity.begin(model.tokenizer());
    Row row = new Row(new double[vocabulary]);
    Perplexity.Sum own = new Perplexity.Sum();
    Perplexity.Sum base = new Perplexity.Sum();
    double[] total = new double[3];
    for (int c = 0; c < recording.chunks; c++) {
      int[] window = Arrays.copyOfRange(ids, c * context, (c + 1) * context);
      begin.ifPresent(id -> window[0] = id); // the recording has the text's own token there
      model.logits(
          window,
          context,
          context / 2,
          (_, r, logits, offset) -> {
            if (r < context - 1) {
              row.read(recording.next());
              double kl = row.divergence(logits, offset);
              total[0] += kl;
              total[1] = Math.max(total[1], kl);
              total[2] += row.sameTop(logits, offset) ? 1 : 0;
              int next = window[r + 1];
              own.add(-Perplexity.logProbability(logits, offset, vocabulary, next));
              base.add(-row.logs[next]);
            }
          });
    }
    Perplexity p = own.result();
    long n = p.tokens();
    return new Divergence(total[0] / n, total[1], total[2] / n, p, base.result().value(), n);
  }

  /**
   * The file: {@code _logits_}, three sizes, the tokens of all windows, then a row for every
   * position of each window's second half but the last.
   */
  private static final class Recording implements AutoCloseable {
    private static final int HEAD = 20;

    private final Path file;
    private final FileChannel in;
    private final ByteBuffer row;
    final int context;
    final int vocabulary;
    final int chunks;

    private Recording(Path file, FileChannel in) throws IOException {
      this.file = file;
      this.in = in;
      ByteBuffer head = read(new byte[HEAD]);
      byte[] magic = new byte[8];
      head.get(magic);
      if (!new String(magic, StandardCharsets.ISO_8859_1).equals("_logits_")) {
        throw bad(file, "it does not begin with _logits_", "开头不是 _logits_");
      }
      context = head.getInt();
      vocabulary = head.getInt();
      chunks = head.getInt();
      long tokens = (long) context * chunks;
      if (context < 4 || chunks < 1 || vocabulary < 1 || tokens > Integer.MAX_VALUE / 4) {
        throw bad(file, "its sizes make no sense", "其大小不合理");
      }
      // 8 bytes of scale and smallest, then 16 bits a token, an even number of them
      long rowBytes = 8 + 4 * ((vocabulary + 1L) / 2);
      long rows = context - 1 - context / 2;
      double expected = HEAD + 4.0 * tokens + (double) chunks * rows * rowBytes;
      if (in.size() < expected || rowBytes > Integer.MAX_VALUE - 8) {
        throw bad(file, "it ends early", "它不完整");
      }
      row = ByteBuffer.allocate((int) rowBytes);
    }

    static Recording open(Path file) throws IOException {
      FileChannel in = FileChannel.open(file, StandardOpenOption.READ);
      try {
        return new Recording(file, in);
      } catch (IOException | RuntimeException | Error e) {
        in.close();
        throw e;
      }
    }

    int[] ids() throws IOException {
      int[] ids = new int[context * chunks];
      byte[] window = new byte[4 * context];
      for (int c = 0; c < chunks; c++) {
        read(window).asIntBuffer().get(ids, c * context, context);
      }
      return ids;
    }

    /** The next row; rows are asked for in the file's order. */
    ByteBuffer next() {
      try {
        return read(row.array());
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }

    private ByteBuffer read(byte[] into) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(into).order(ByteOrder.LITTLE_ENDIAN);
      while (buffer.hasRemaining()) {
        if (in.read(buffer) < 0) {
          throw bad(file, "it ends early", "它不完整");
        }
      }
      return buffer.flip();
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /** Log-probabilities of one position: 16-bit steps from the smallest. */
  private static final class Row {
    /** The recording cuts logits off at 16 below the largest; llama-perplexity skips them too. */
    private static final double SMALLEST = -16;

    private final double[] logs;

    Row(double[] logs) {
      this.logs = logs;
    }

    void read(ByteBuffer from) {
      float scale = from.getFloat(0);
      float smallest = from.getFloat(4);
      for (int i = 0; i < logs.length; i++) {
        logs[i] = scale * (from.getShort(8 + 2 * i) & 0xffff) + smallest;
      }
    }

    double divergence(float[] logits, int offset) {
      double norm = Logits.logSumExp(logits, offset, logs.length);
      double sum = 0;
      for (int i = 0; i < logs.length; i++) {
        if (logs[i] > SMALLEST) {
          sum += Math.exp(logs[i]) * (logs[i] - (logits[offset + i] - norm));
        }
      }
      return sum;
    }

    boolean sameTop(float[] logits, int offset) {
      int a = 0;
      int b = 0;
      for (int i = 1; i < logs.length; i++) {
        a = logs[i] > logs[a] ? i : a;
        b = logits[offset + i] > logits[offset + b] ? i : b;
      }
      return a == b;
    }
  }

  private static UserError unreadable(Path file, IOException cause) {
    return new UserError(
        UserError.Kind.IO,
        Message.of("%s cannot be read.", "无法读取 %s。", file),
        Message.of("Check the path.", "请检查路径。"),
        cause);
  }

  private static UserError bad(Path file, String english, String chinese) {
    return new UserError(
        UserError.Kind.INPUT,
        new Message(
            file + " is no file of recorded logits: " + english + ".",
            file + " 不是 logits 记录文件:" + chinese + "。"),
        Message.of(
            "Make one with llama-perplexity --kl-divergence-base FILE.",
            "请用 llama-perplexity --kl-divergence-base 生成。"));
  }
}
