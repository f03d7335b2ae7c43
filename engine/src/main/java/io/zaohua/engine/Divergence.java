package io.zaohua.engine;

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
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer head = read(in, 20);
      byte[] magic = new byte[8];
      head.get(magic);
      if (!new String(magic, StandardCharsets.ISO_8859_1).equals("_logits_")) {
        throw bad(file, "it does not begin with _logits_", "开头不是 _logits_");
      }
      int context = head.getInt();
      int vocabulary = head.getInt();
      int chunks = head.getInt();
      long tokens = (long) context * chunks;
      if (context < 4 || chunks < 1 || vocabulary < 1 || 4 * tokens > in.size()) {
        throw bad(file, "its sizes make no sense", "其大小不合理");
      }
      if (vocabulary != model.spec().vocabulary()) {
        throw bad(file, "it is of a model with another vocabulary", "它属于词表不同的模型");
      }
      int[] ids = new int[(int) tokens];
      read(in, (int) (4 * tokens)).asIntBuffer().get(ids);
      return compare(model, in, ids, context, chunks);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.IO,
          Message.of("%s cannot be read.", "无法读取 %s。", file),
          Message.of("Check the path.", "请检查路径。"),
          e);
    }
  }

  private static Divergence compare(
      LanguageModel model, FileChannel in, int[] ids, int context, int chunks) throws IOException {
    int vocabulary = model.spec().vocabulary();
    int rowBytes = 2 * (2 * ((vocabulary + 1) / 2) + 4);
    int first = context / 2;
    Row row = new Row(new double[vocabulary]);
    Perplexity.Sum own = new Perplexity.Sum();
    Perplexity.Sum base = new Perplexity.Sum();
    double[] total = new double[3];
    for (int c = 0; c < chunks; c++) {
      int[] window = Arrays.copyOfRange(ids, c * context, (c + 1) * context);
      ByteBuffer recorded = read(in, rowBytes * (context - 1 - first));
      model.logits(
          window,
          context,
          first,
          (_, r, logits, offset) -> {
            if (r < context - 1) {
              row.read(recorded, (r - first) * rowBytes);
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

  /** Log-probabilities of one position: 16-bit steps from the smallest. */
  private static final class Row {
    /** The recording cuts logits off at 16 below the largest; llama-perplexity skips them too. */
    private static final double SMALLEST = -16;

    private final double[] logs;

    Row(double[] logs) {
      this.logs = logs;
    }

    void read(ByteBuffer from, int at) {
      float scale = from.getFloat(at);
      float smallest = from.getFloat(at + 4);
      for (int i = 0; i < logs.length; i++) {
        logs[i] = scale * (from.getShort(at + 8 + 2 * i) & 0xffff) + smallest;
      }
    }

    double divergence(float[] logits, int offset) {
      double norm = Perplexity.logSumExp(logits, offset, logs.length);
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

  private static ByteBuffer read(FileChannel in, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (in.read(buffer) < 0) {
        throw new IOException("the file ends early");
      }
    }
    return buffer.flip();
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
